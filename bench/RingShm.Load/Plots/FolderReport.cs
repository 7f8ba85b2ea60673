using System.Globalization;
using System.Text;
using RingShm.Load.Reporting;
using RingShm.Load.Results;
using RingShm.Load.Wake;

namespace RingShm.Load.Plots;

/// <summary>Draws a folder's plots and writes its README, from the JSON and the histograms in it.</summary>
internal static class FolderReport
{
    private static readonly (string Name, string Label)[] WakeHistograms =
        [(WakeBench.RawHistogram, "raw futex, C"), (WakeBench.DoorbellHistogram, "doorbell")];

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
        Broadcast(text, [.. results.Where(r => r.Part == nameof(Part.Broadcast))]);
        Crowd(text, [.. results.Where(r => r.Family == "Crowd")]);
        Growth(text, [.. results.Where(r => r.Part == nameof(Part.Growth))]);
        Lifecycle(text, [.. results.Where(r => r.Family == "Lifecycle")]);
        Wake(text, [.. results.Where(r => r.Family == "Wake")]);
        State(text, [.. results.Where(r => r.Family == "State")]);
        // What the tables cannot know (profiles, remarks) stands in a file of its own, which no run overwrites.
        string notes = Path.Combine(folder, "NOTES.md");
        if (File.Exists(notes))
            Line(text, $"## Notes\n\n{File.ReadAllText(notes).Trim()}");
        File.WriteAllText(Path.Combine(folder, "README.md"), text.ToString().TrimEnd() + "\n");
    }

    private static void Draw(string folder, LoadResult[] results)
    {
        LoadResult[] oneWay = [.. results.Where(r => r.Family == nameof(Family.Fresh) && IsAgainstYardstick(r))];
        Charts.Lines(
            folder, "throughput", "Throughput by size, two pinned processes, fresh messages", "message, bytes", "million messages a second",
            oneWay.Select(r => (r.Name, (double)r.MessageBytes, 1e3 / r.Nanoseconds.Median)), yIsLogarithmic: true);
        Charts.Bars(
            folder, "throughput-64", "64-byte messages, one process to another, against the yardstick in C",
            [.. oneWay.Where(r => r.MessageBytes == 64).Select(r => (r.Name, r.Ratio.Median))]);
        Charts.Latency(
            folder, "round-trip", "Round trip of 64 bytes, by percentile", Histograms(r => r.Family == Family.RoundTrip && r.MessageBytes is 64 or 8));
        Charts.Latency(
            folder, "wake", "Wake-up of a sleeper on another processor, by percentile",
            [.. WakeHistograms.Select(pair => (pair.Label, Path.Combine(folder, pair.Name + ".hgrm"))).Where(pair => File.Exists(pair.Item2))]);
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
            growth.Where(r => r.CapacityBytes == 0 && r.Readers == 0).Select(r => (r.Name, (double)r.IdleParticipants, r.Nanoseconds.Median)), yIsLogarithmic: false);
        Charts.Lines(
            folder, "growth-readers", "Cost of a 64-byte message as more read all of them, in turn on one processor", "readers", "ns a message",
            growth.Where(r => r.Readers > 0).Select(r => (r.Name, (double)r.Readers, r.Nanoseconds.Median)), yIsLogarithmic: false);
        Charts.Bars(
            folder, "broadcast", "Against SPSC rings; lossy writers against themselves without readers",
            [.. results.Where(r => r.Part == nameof(Part.Broadcast)).Select(r => (FormattableString.Invariant($"{r.Name}, {r.MessageBytes} B"), r.Ratio.Median))]);
        Charts.Bars(
            folder, "state", "Reading a value of 64 bytes: times a bare copy (less is better), by what the other processor writes",
            [.. results.Where(r => r.Family == "State").Select(r => (r.Name, r.Ratio.Median))]);
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
            LoadResult[] rows = [.. results.Where(r => r.Family == family && IsAgainstYardstick(r)).OrderBy(r => r.MessageBytes).ThenByDescending(r => r.Ratio.Median)];
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

    private static bool IsAgainstYardstick(LoadResult result) => result.Part is nameof(Part.Throughput) or nameof(Part.Peers);

    private static void Broadcast(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Broadcast rings and single sides, against SPSC rings\n\nOne writer, one reader, in bursts that alternate with the baseline in the same two processes; each message is written just before it is sent. Lossy: the writer alone is timed, its readers run on the other processor. More is better.\n");
        Line(text, $"| contestant | bytes | against | ns | baseline ns | ratio | by distance (ping-pong ns: ratio, ns) | pairs | goal |\n|---|---|---|---|---|---|---|---|---|");
        foreach (LoadResult r in results)
            Line(text, $"| {r.Name} | {r.MessageBytes} | {r.Against} | {r.Nanoseconds.Median:G4} | {r.BaselineNanoseconds.Median:G4} | {Ratio(r.Ratio)} | {Distances(r)} | {Pairs(r)} | {Goal(r)} |");
        Line(text, $"\n![Broadcast](broadcast.svg)\n");
    }

    private static void Wake(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Wake-up\n\nNanoseconds, medians (quartiles) of bursts; less is better.\n\n| | ns | against | its ns | ratio | goal |\n|---|---|---|---|---|---|");
        foreach (LoadResult r in results)
            Line(text, $"| {r.Name} | {Ratio(r.Nanoseconds)} | {r.Against} | {Ratio(r.BaselineNanoseconds)} | {Ratio(r.Ratio)} | {Goal(r)} |");
        Line(text, $"");
        // Folders of before have no histograms of it.
        if (results.FirstOrDefault(r => r.Latencies != null) is not { Latencies: { } doorbell, BaselineLatencies: { } raw })
            return;
        Line(text, $"Every wake-up of all bursts together, nanoseconds:\n\n| | histogram | wake-ups | p50 | p90 | p99 | p99.9 | p99.99 | max |\n|---|---|---|---|---|---|---|---|---|");
        foreach (((string name, string label), Percentiles p) in WakeHistograms.Zip([raw, doorbell]))
            Line(text, $"| {label} | [{name}.hgrm]({name}.hgrm) | {p.Count} | {p.P50} | {p.P90} | {p.P99} | {p.P999} | {p.P9999} | {p.Max} |");
        Line(text, $"\n![Wake-ups](wake.svg)\n");
    }

    private static void State(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Reading a state cell\n\nA 64-byte value against a bare copy of 64 bytes, while the other processor writes; less is better.\n\n| the other processor writes | cell, ns | copy, ns | ratio | torn values | torn copies | goal |\n|---|---|---|---|---|---|---|");
        foreach (LoadResult r in results)
            Line(text, $"| {r.Name} | {Ratio(r.Nanoseconds)} | {Ratio(r.BaselineNanoseconds)} | {Ratio(r.Ratio)} | {r.Disorder} | {r.BaselineDisorder} | {Goal(r)} |");
        Line(text, $"\n![State](state.svg)\n");
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
        Line(text, $"| contestant | capacity | idle participants | readers | ns | ratio | by distance (ping-pong ns: ratio, ns) |\n|---|---|---|---|---|---|---|");
        foreach (LoadResult r in results.OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.CapacityBytes).ThenBy(r => r.IdleParticipants).ThenBy(r => r.Readers))
            Line(text, $"| {r.Name} | {(r.CapacityBytes > 0 ? r.CapacityBytes.ToString(CultureInfo.InvariantCulture) : "262144")} | {r.IdleParticipants} | {(r.Readers > 0 ? r.Readers.ToString(CultureInfo.InvariantCulture) : "")} | {r.Nanoseconds.Median:G4} | {Ratio(r.Ratio)} | {Distances(r)} |");
        Line(text, $"\n![Capacity](growth-capacity.svg)\n![Participants](growth-participants.svg)\n![Readers](growth-readers.svg)\n");
    }

    private static void Lifecycle(StringBuilder text, LoadResult[] results)
    {
        if (results.Length == 0)
            return;
        Line(text, $"## Create, attach, recover\n\nMicroseconds. Goals are for the median of creating and attaching, and for the 99th percentile of recoveries.\n\n| | p50 | p99 | max | goal |\n|---|---|---|---|---|");
        foreach (LoadResult r in results)
            Line(text, $"| {r.Name} | {r.Latencies?.P50 / 1e3:F1} | {r.Latencies?.P99 / 1e3:F1} | {r.Latencies?.Max / 1e3:F1} | {(r.Goal is { } goal ? FormattableString.Invariant($"≤ {goal / 1e3:F0}: {(r.Judged is not { } judged ? "" : judged <= goal ? "met" : "missed")}") : "")} |");
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
