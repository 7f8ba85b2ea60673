using System.Globalization;
using RingShm.Load.Reporting;
using Spectre.Console;

namespace RingShm.Load.Crowd;

/// <summary>The figures, for people and for programs.</summary>
internal static class CrowdReport
{
    private const int RedirectedWidth = 150;

    public static void Show(CrowdOptions options, Machine machine, IReadOnlyList<CrowdOutcome> outcomes)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, RedirectedWidth);
        Table table = new Table().Border(TableBorder.Simple)
            .Title("Many producers, many consumers; ratio: times plain Vyukov in the same participants, more is better")
            .AddColumns("shape", "bytes", "contestant", "M msg/s", "ns", "Vyukov ns", "ratio", "quartiles", "rounds", "order");
        foreach (CrowdOutcome outcome in outcomes)
        {
            Spread ratio = outcome.Ratio;
            (double lowest, double highest) = outcome.RoundMedians;
            double nanoseconds = outcome.Over(pair => pair.Contestant.Nanoseconds).Median;
            table.AddRow(
                new Text(outcome.Shape.ToString()),
                Right($"{outcome.Entry.MessageBytes}"),
                new Text(outcome.Entry.Name),
                Right($"{1e3 / nanoseconds:F1}"),
                Right($"{nanoseconds:F1}"),
                Right($"{outcome.Over(pair => pair.Baseline.Nanoseconds).Median:F1}"),
                Right($"{ratio.Median:F2}"),
                Right($"{ratio.Lower:F2}-{ratio.Upper:F2}"),
                Right($"{lowest:F2}-{highest:F2}"),
                Right(outcome.Disorder == 0 ? $"kept" : (FormattableString)$"BROKEN {outcome.Disorder}"));
        }

        AnsiConsole.Write(table);
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, FormattableString value) => grid.AddRow(new Text(name), new Text(value.ToString(CultureInfo.InvariantCulture)));
        Row("machine", $"{machine.Cpu}, {machine.Cores} processors, {machine.System}, {machine.Kernel}");
        Row("runtime", $"{machine.Runtime}; JIT {machine.Jit}");
        Row("version", $"{machine.Version}");
        Row("participants", $"{options.Placement}; processes, but for contestants between threads, whose yardstick runs between the same threads");
        Row("waiting", $"{string.Join(", ", options.Shapes.Select(shape => $"{shape}: {WaitingOf(options.SpinsFor(shape))}"))}; {options.Pauses} pauses after a refusal; the same loop for all");
        Row("bursts", $"{BurstsOf(options)}");
        Row("checked", $"every burst: as many as were sent, the sum of every word, each producer's order at each consumer");
        Row("command", $"{machine.Command}");
        AnsiConsole.Write(grid);
    }

    public static string BurstsOf(CrowdOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.Rounds} shuffled rounds of {options.PairsPerRound} pairs, {options.BurstMilliseconds} ms a burst, fresh memory every round, {options.Slots} slots; the first third of each round warms up; pairs around which the ping-pong moved more than 2 times are dropped; {options.Pauses} pauses after a refusal; seed {options.Seed}");

    private static string WaitingOf(int spins) => spins == int.MaxValue
        ? "spins"
        : $"yields after {spins.ToString(CultureInfo.InvariantCulture)} attempts";

    private static Text Right(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();
}
