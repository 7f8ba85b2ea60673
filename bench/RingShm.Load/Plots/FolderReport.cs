using System.Globalization;
using System.Text;
using RingShm.Load.Reporting;
using RingShm.Load.Results;

namespace RingShm.Load.Plots;

/// <summary>Draws a folder's plots and writes its README, from the JSON and the histograms in it.</summary>
internal static class FolderReport
{
    public static void Write(string folder)
    {
        ResultFile[] files = [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(ResultFile.Read)];
        LoadResult[] results = [.. files.SelectMany(file => file.Results)];
        Draw(folder, results);
        StringBuilder text = new();
        Header(text, Path.GetFileName(folder), files);
        Throughput(text, results);
        Latency(text, "Round trips", "to the bare ping-pong", [.. results.Where(r => r.Family == nameof(Family.RoundTrip))]);
        Latency(text, "Fixed rates, one way", "to the yardstick's C# twin", [.. results.Where(r => r.Family == nameof(Family.OpenLoop))]);
        Crowd(text, [.. results.Where(r => r.Family == "Crowd")]);
        Growth(text, [.. results.Where(r => r.Part == nameof(Part.Growth))]);
        Lifecycle(text, [.. results.Where(r => r.Family == "Lifecycle")]);
        string wake = Path.Combine(folder, "wake.txt");
        if (File.Exists(wake))
            Line(text, $"## Wake-up\n\n```\n{File.ReadAllText(wake).Trim('\n')}\n```\n");
        // What the tables cannot know (profiles, remarks) stands in a file of its own, which no run overwrites.
        string notes = Path.Combine(folder, "NOTES.md");
        if (File.Exists(notes))
            Line(text, $"## Notes\n\n{File.ReadAllText(notes).Trim()}");
        File.WriteAllText(Path.Combine(folder, "README.md"), text.ToString().TrimEnd() + "\n");
    }

    private static void Draw(string folder, LoadResult[] results)
    {
        LoadResult[] oneWay = [.. results.Where(r => r.Family == nameof(Family.Fresh) && r.Part != nameof(Part.Growth))];
        Charts.Lines(
            folder, "throughput", "Throughput by size, two pinned processes, fresh messages", "message, bytes", "million messages a second",
            oneWay.Select(r => (r.Name, (double)r.MessageBytes, 1e3 / r.Nanoseconds.Median)), yIsLogarithmic: true);
        Charts.Bars(
            folder, "throughput-64", "64-byte messages, one process to another, against the yardstick in C",
            [.. oneWay.Where(r => r.MessageBytes == 64).Select(r => (r.Name, r.Ratio.Median))]);
        Charts.Latency(
            folder, "round-trip", "Round trip of 64 bytes, by percentile", Histograms(r => r.Family == Family.RoundTrip && r.MessageBytes is 64 or 8));
        foreach (long rate in results.Select(r => r.RatePerSecond).Where(rate => rate > 0).Distinct())
        {
            Charts.Latency(
                folder, FormattableString.Invariant($"rate-{rate}"), FormattableString.Invariant($"{rate:#,0} messages a second, one way, from when each was due"),
                Histograms(r => r.RatePerSecond == rate));
        }

        LoadResult[] growth = [.. results.Where(r => r.Part == nameof(Part.Growth))];
        Charts.Lines(
            folder, "growth-capacity", "Cost of a 64-byte message as the ring grows", "capacity, bytes", "ns a message",
            growth.Where(r => r.CapacityBytes > 0).Select(r => (r.Name, (double)r.CapacityBytes, r.Nanoseconds.Median)), yIsLogarithmic: false);
        Charts.Lines(
            folder, "growth-participants", "Cost of a 64-byte message as more stand by", "idle participants", "ns a message",
            growth.Where(r => r.CapacityBytes == 0).Select(r => (r.Name, (double)r.IdleParticipants, r.Nanoseconds.Median)), yIsLogarithmic: false);
        foreach (IGrouping<(string Shape, int Bytes), LoadResult> shape in results.Where(r => r.Family == "Crowd").GroupBy(r => (r.Shape, r.MessageBytes)))
        {
            Charts.Bars(
                folder, FormattableString.Invariant($"crowd-{shape.Key.Shape}-{shape.Key.Bytes}"),
                FormattableString.Invariant($"{shape.Key.Shape}, {shape.Key.Bytes} bytes, against a plain Vyukov queue in C#"),
                [.. shape.Select(r => (r.Name, r.Ratio.Median))]);
        }

        IReadOnlyList<(string Label, string Path)> Histograms(Func<Entry, bool> asked) =>
        [
            .. Catalog.Entries.Where(asked)
                .Select(entry => ($"{entry.Name}, {entry.MessageBytes} B", Path.Combine(folder, ResultFolder.FileNameOf(entry) + ".hgrm")))
                .Where(pair => File.Exists(pair.Item2)),
        ];
    }

    private static void Header(StringBuilder text, string title, ResultFile[] files)
    {
        Machine machine = files[0].Machine;
        Line(text, $"# {title}\n");
        Line(text, $"Written by `RingShm.Load all` (or `report`). Absolute figures belong to this machine and its minute; ratios are medians over pairs of neighbouring bursts, quartiles in brackets.\n");
        Line(text, $"| | |\n|---|---|");
        Line(text, $"| machine | {machine.Cpu}, {machine.Cores} processors, {machine.System}, {machine.Kernel} |");
        Line(text, $"| runtime | {machine.Runtime}; JIT {machine.Jit} |");
        Line(text, $"| commit | {string.Join(", ", files.Select(file => file.Machine.Version).Distinct())} |");
        Line(text, $"| yardstick | {string.Join("; ", files.Select(file => file.Machine.Yardstick).Where(name => name != "none").Distinct())} |");
        foreach (ResultFile file in files)
            Line(text, $"| `{CommandOf(file.Machine.Command)}` | {file.Bursts} |");
        Line(text, $"\nAll of it again: `dotnet run -c Release --project bench/RingShm.Load -- all`. Where two distances are given, the processors of this guest were at times near and at times far apart, as the ping-pong of a cache line around each pair shows. *Disturbed*: the machine left fewer than a quarter of the bursts without a preemption, so those count too.\n");
        Line(text, $"![Throughput](throughput.svg)\n");
    }

    private static void Throughput(StringBuilder text, LoadResult[] results)
    {
        foreach ((string family, string title) in new[]
        {
            (nameof(Family.Fresh), "One way, each message written just before it is sent"),
            (nameof(Family.ReadyMade), "One way, messages only copied"),
        })
        {
            LoadResult[] rows = [.. results.Where(r => r.Family == family && r.Part != nameof(Part.Growth)).OrderBy(r => r.MessageBytes).ThenByDescending(r => r.Ratio.Median)];
            if (rows.Length == 0)
                continue;
            Line(text, $"## {title}\n\nRatio: times the yardstick in C (from 1 MiB on: times a memcpy by one process); more is better.\n");
            Line(text, $"| contestant | bytes | M msg/s | ns | ratio | by distance (ping-pong ns: ratio, ns) | pairs | goal |\n|---|---|---|---|---|---|---|---|");
            foreach (LoadResult r in rows)
                Line(text, $"| {r.Name} | {r.MessageBytes} | {1e3 / r.Nanoseconds.Median:G3} | {r.Nanoseconds.Median:G4} | {Ratio(r.Ratio)} | {Distances(r)} | {Pairs(r)} | {Goal(r)} |");
            Line(text, $"");
        }
    }

    private static void Latency(StringBuilder text, string title, string baseline, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## {title}\n\nNanoseconds, all bursts together; ratio of p50 {baseline}; less is better.\n");
        Line(text, $"| contestant | bytes | per s | p50 | p90 | p99 | p99.9 | p99.99 | max | baseline p99.9 | ratio | by distance (ping-pong ns: ratio, ns) | pairs | goal |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (LoadResult r in results.OrderBy(r => r.RatePerSecond).ThenBy(r => r.Ratio.Median))
        {
            Line(text, $"| {r.Name} | {r.MessageBytes} | {(r.RatePerSecond > 0 ? r.RatePerSecond.ToString(CultureInfo.InvariantCulture) : "")} | {r.Latencies?.P50} | {r.Latencies?.P90} | {r.Latencies?.P99} | {r.Latencies?.P999} | {r.Latencies?.P9999} | {r.Latencies?.Max} | {r.BaselineLatencies?.P999} | {Ratio(r.Ratio)} | {Distances(r)} | {Pairs(r)} | {Goal(r)} |");
        }

        Line(text, $"");
        Line(text, results[0].RatePerSecond > 0
            ? (FormattableString)$"{string.Join('\n', results.Select(r => r.RatePerSecond).Distinct().Order().Select(rate => FormattableString.Invariant($"![Rate](rate-{rate}.svg)")))}\n"
            : $"![Round trips](round-trip.svg)\n");
    }

    private static void Crowd(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Many producers, many consumers\n\nProcesses, unless it says threads; ratio: times a plain Vyukov queue in C# between the same participants; more is better. Every message, its words and each producer's order are checked; *reordered* counts messages that broke it.\n");
        Line(text, $"| shape | bytes | contestant | M msg/s | ratio | ping-pong | reordered |\n|---|---|---|---|---|---|---|");
        foreach (LoadResult r in results.OrderBy(r => r.Shape, StringComparer.Ordinal).ThenBy(r => r.MessageBytes).ThenByDescending(r => r.Ratio.Median))
            Line(text, $"| {r.Shape} | {r.MessageBytes} | {r.Name} | {1e3 / r.Nanoseconds.Median:G3} | {Ratio(r.Ratio)} | {Distances(r)} | {r.Disorder} |");
        Line(text, $"");
    }

    private static void Growth(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Growth\n\n64-byte values; the yardstick keeps its capacity, so its ratio shows what growing costs.\n");
        Line(text, $"| contestant | capacity | idle participants | ns | ratio | by distance (ping-pong ns: ratio, ns) |\n|---|---|---|---|---|---|");
        foreach (LoadResult r in results.OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.CapacityBytes).ThenBy(r => r.IdleParticipants))
            Line(text, $"| {r.Name} | {(r.CapacityBytes > 0 ? r.CapacityBytes.ToString(CultureInfo.InvariantCulture) : "262144")} | {r.IdleParticipants} | {r.Nanoseconds.Median:G4} | {Ratio(r.Ratio)} | {Distances(r)} |");
        Line(text, $"\n![Capacity](growth-capacity.svg)\n![Participants](growth-participants.svg)\n");
    }

    private static void Lifecycle(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Create, attach, recover\n\nMicroseconds.\n\n| | p50 | p99 | max | goal |\n|---|---|---|---|---|");
        foreach (LoadResult r in results)
            Line(text, $"| {r.Name} | {r.Latencies?.P50 / 1e3:F1} | {r.Latencies?.P99 / 1e3:F1} | {r.Latencies?.Max / 1e3:F1} | {(r.Goal is { } goal ? FormattableString.Invariant($"≤ {goal / 1e3:F0}") : "")} |");
        Line(text, $"");
    }

    private static string Ratio(Spread ratio) => FormattableString.Invariant($"{ratio.Median:F2} ({ratio.Lower:F2}–{ratio.Upper:F2})");

    private static string Distances(LoadResult result) => string.Join(
        "; ", result.ByDistance.Select(d => FormattableString.Invariant($"{d.PingNanoseconds:F0}: {d.Ratio.Median:F2}, {d.Nanoseconds.Median:G3}")));

    private static string Pairs(LoadResult result) =>
        FormattableString.Invariant($"{result.KeptCount}/{result.KeptCount + result.DroppedCount}{(result.IsDisturbed ? " disturbed" : "")}");

    /// <summary>The verdict for each distance, since it may differ.</summary>
    private static string Goal(LoadResult result)
    {
        if (result.Goal is not { } goal)
            return "";
        string sign = result.MoreIsBetter ? "≥" : "≤";
        string verdicts = result.ByDistance.Count > 1
            ? string.Join(", ", result.ByDistance.Select(d => FormattableString.Invariant($"{d.PingNanoseconds:F0}: {Verdict(d.Ratio)}")))
            : Verdict(result.Ratio);
        return FormattableString.Invariant($"{sign} {goal}: {verdicts}");

        string Verdict(Spread ratio) => (result.MoreIsBetter ? ratio.Median >= goal : ratio.Median <= goal) ? "met" : "missed";
    }

    /// <summary>Where the results went is the reader's business.</summary>
    private static string CommandOf(string command)
    {
        int output = command.IndexOf(" --out", StringComparison.Ordinal);
        return output < 0 ? command : command[..output];
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
}
