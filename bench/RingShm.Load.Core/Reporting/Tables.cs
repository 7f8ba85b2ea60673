using System.Globalization;
using RingShm.Load.Results;
using Spectre.Console;

namespace RingShm.Load.Reporting;

/// <summary>The figures, for people.</summary>
internal static class Tables
{
    private const int RedirectedWidth = 190;

    public static void Show(LoadOptions options, Machine machine, IReadOnlyList<Outcome> outcomes)
    {
        // A file or a pipe has no width; wrapped cells would be hard to read and harder to search.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, RedirectedWidth);
        ShowThroughput(
            "Fresh messages: each is written just before it is sent (the ring stays nearly empty)",
            [.. outcomes.Where(o => o.Entry.Family == Family.Fresh && o.Entry.Against == null)]);
        ShowThroughput(
            "Against SPSC rings, and lossy writers against themselves without readers; yardstick: that one",
            [.. outcomes.Where(o => o.Entry.Against != null)]);
        ShowThroughput(
            "Ready-made messages: the producer only copies (the ring stays nearly full)",
            [.. outcomes.Where(o => o.Entry.Family == Family.ReadyMade)]);
        ShowLatencies("Round trip; ratio: p50 over the bare ping-pong's, less is better", [.. outcomes.Where(o => o.Entry.Family == Family.RoundTrip)]);
        ShowLatencies(
            "Fixed rate, one way, from when the message was due; ratio: p50 over the yardstick's, less is better",
            [.. outcomes.Where(o => o.Entry.Family == Family.OpenLoop)]);
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, string value) => grid.AddRow(new Text(name), new Text(value));
        Row("machine", $"{machine.Cpu}, {machine.Cores} processors, {machine.System}, {machine.Kernel}");
        Row("runtime", $"{machine.Runtime}; JIT {machine.Jit}");
        Row("version", machine.Version);
        Row("yardstick", machine.Yardstick);
        Row("memory", Invariant($"{options.RingBytes >> 10} KiB a ring for yardstick and contestant alike, in {SharedFile.Folder}, fresh every round"));
        Row("bursts", BurstsOf(options));
        Row("clock", Invariant($"reading it costs {Clock.ReadingCost * Clock.NanosecondsPerTick:F0} ns, taken off every round trip; {Clock.RoundTripsPerStamp} round trip(s) a reading"));
        Row("command", machine.Command);
        AnsiConsole.Write(grid);
    }

    public static string BurstsOf(LoadOptions options) => Invariant(
        $"{options.Rounds} shuffled rounds of {options.PairsPerRound} pairs, {options.BurstMilliseconds} ms a burst; the first third of each round warms up; pairs around which the ping-pong moved more than 2 times, or in which either process was preempted, are dropped; cpus {options.LeaderCpu} and {options.FollowerCpu}; seed {options.Seed}");

    private static void ShowThroughput(string title, IReadOnlyList<Outcome> outcomes)
    {
        if (outcomes.Count == 0)
            return;
        Table table = new Table().Border(TableBorder.Simple).Title(title + "; ratio: times the yardstick, more is better")
            .AddColumns("contestant", "bytes", "M msg/s", "ns", "yardstick ns", "ratio", "quartiles", "pairs", "goal");
        foreach (Outcome outcome in outcomes)
        {
            Spread ratio = outcome.Ratio;
            double nanoseconds = outcome.Over(p => p.Contestant.MeanNanoseconds).Median;
            table.AddRow(
                new Text(outcome.Entry.Name + outcome.Entry.Circumstances),
                Right(Invariant($"{outcome.Entry.MessageBytes}")),
                Right(Invariant($"{1e3 / nanoseconds:G4}")),
                Right(Invariant($"{nanoseconds:F1}")),
                Right(Invariant($"{outcome.Over(p => p.Baseline.MeanNanoseconds).Median:F1}")),
                Right(Invariant($"{ratio.Median:G3}")),
                Right(Invariant($"{ratio.Lower:F2}-{ratio.Upper:F2}")),
                Right(PairCount(outcome)),
                new Text(GoalText(outcome, "≥")));
        }

        AnsiConsole.Write(table);
    }

    private static void ShowLatencies(string title, IReadOnlyList<Outcome> outcomes)
    {
        if (outcomes.Count == 0)
            return;
        Table table = new Table().Border(TableBorder.Simple).Title(title)
            .AddColumns("contestant", "bytes", "p50 ns", "p90", "p99", "p99.9", "p99.99", "max", "base p50", "base p99.9", "ratio", "quartiles", "pairs", "goal");
        foreach (Outcome outcome in outcomes)
        {
            Spread ratio = outcome.Ratio;
            Percentiles? all = Percentiles.Of(outcome.Latencies.Contestant), bare = Percentiles.Of(outcome.Latencies.Baseline);
            table.AddRow(
                new Text(outcome.Entry.Name + outcome.Entry.Circumstances),
                Right(Invariant($"{outcome.Entry.MessageBytes}")),
                Right(Invariant($"{outcome.Over(p => p.Contestant.P50).Median:F0}")),
                Right(Invariant($"{all?.P90}")),
                Right(Invariant($"{all?.P99}")),
                Right(Invariant($"{all?.P999}")),
                Right(Invariant($"{all?.P9999}")),
                Right(Invariant($"{all?.Max}")),
                Right(Invariant($"{outcome.Over(p => p.Baseline.P50).Median:F0}")),
                Right(Invariant($"{bare?.P999}")),
                Right(Invariant($"{ratio.Median:F2}")),
                Right(Invariant($"{ratio.Lower:F2}-{ratio.Upper:F2}")),
                Right(PairCount(outcome)),
                new Text(GoalText(outcome, "≤")));
        }

        AnsiConsole.Write(table);
    }

    private static string PairCount(Outcome outcome) =>
        Invariant($"{outcome.KeptCount}/{outcome.KeptCount + outcome.DroppedCount}{(outcome.IsDisturbed ? " busy" : "")}");

    /// <summary>A machine too busy to measure on is no ground for a verdict, good or bad.</summary>
    private static string GoalText(Outcome outcome, string sign) => outcome.Entry.Goal is { } goal
        ? Invariant($"{sign} {goal:F1} {Verdict(outcome)}")
        : "";

    private static string Verdict(Outcome outcome) =>
        outcome.IsDisturbed ? "not judged" : outcome.Entry.IsMetBy(outcome.Ratio.Median) ? "met" : "missed";

    private static Text Right(string text) => new Text(text).RightJustified();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
