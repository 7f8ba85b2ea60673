using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HdrHistogram;
using RingShm.Load.Crowd;
using RingShm.Load.Reporting;

namespace RingShm.Load.Results;

/// <summary>Percentiles of single messages, in nanoseconds.</summary>
internal sealed record Percentiles(long Count, double P50, double P90, double P99, double P999, double P9999, double Max)
{
    public static Percentiles? Of(LongHistogram histogram) => histogram.TotalCount == 0 ? null : new Percentiles(
        histogram.TotalCount, histogram.GetValueAtPercentile(50), histogram.GetValueAtPercentile(90),
        histogram.GetValueAtPercentile(99), histogram.GetValueAtPercentile(99.9), histogram.GetValueAtPercentile(99.99),
        histogram.GetMaxValue());
}

/// <summary>What came out for one contestant, whatever measured it.</summary>
internal sealed record LoadResult
{
    /// <summary>The same in every run: by this, runs are compared.</summary>
    public required string Key { get; init; }

    public required string Part { get; init; }

    public required string Family { get; init; }

    public required string Name { get; init; }

    public required int MessageBytes { get; init; }

    /// <summary>Producers x consumers.</summary>
    public required string Shape { get; init; }

    public required bool MoreIsBetter { get; init; }

    public double? Goal { get; init; }

    /// <summary>What is held against the goal, where it is not the ratio.</summary>
    public double? Judged { get; init; }

    public long RatePerSecond { get; init; }

    public long CapacityBytes { get; init; }

    public int IdleParticipants { get; init; }

    public int Readers { get; init; }

    /// <summary>The baseline, where it is another than the yardstick.</summary>
    public string? Against { get; init; }

    /// <summary>To the baseline, pair by pair.</summary>
    public required Spread Ratio { get; init; }

    public required Spread Nanoseconds { get; init; }

    public required Spread BaselineNanoseconds { get; init; }

    public IReadOnlyList<Distance> ByDistance { get; init; } = [];

    public Percentiles? Latencies { get; init; }

    public Percentiles? BaselineLatencies { get; init; }

    public int KeptCount { get; init; }

    public int DroppedCount { get; init; }

    /// <summary>The machine hardly left a burst undisturbed.</summary>
    public bool IsDisturbed { get; init; }

    /// <summary>Messages that broke their producer's order, or values that were torn.</summary>
    public long Disorder { get; init; }

    /// <summary>The baseline's.</summary>
    public long BaselineDisorder { get; init; }

    public static LoadResult Of(Outcome outcome)
    {
        Entry entry = outcome.Entry;
        bool isLatency = entry.IsLatency;
        return new LoadResult
        {
            Key = entry.Title,
            Part = entry.Part.ToString(),
            Family = entry.Family.ToString(),
            Name = entry.Name,
            MessageBytes = entry.MessageBytes,
            Shape = "1x1",
            MoreIsBetter = !isLatency,
            Goal = entry.Goal,
            RatePerSecond = entry.RatePerSecond,
            CapacityBytes = entry.CapacityBytes ?? 0,
            IdleParticipants = entry.IdleParticipants,
            Readers = entry.Readers,
            Against = entry.Against?.Name,
            Ratio = outcome.Ratio,
            Nanoseconds = outcome.Over(pair => isLatency ? pair.Contestant.P50 : pair.Contestant.MeanNanoseconds),
            BaselineNanoseconds = outcome.Over(pair => isLatency ? pair.Baseline.P50 : pair.Baseline.MeanNanoseconds),
            ByDistance = outcome.ByDistance(),
            Latencies = Percentiles.Of(outcome.Latencies.Contestant),
            BaselineLatencies = Percentiles.Of(outcome.Latencies.Baseline),
            KeptCount = outcome.KeptCount,
            DroppedCount = outcome.DroppedCount,
            IsDisturbed = outcome.IsDisturbed,
        };
    }

    public static LoadResult Of(CrowdOutcome outcome) => new()
    {
        Key = $"Crowd {outcome.Shape}: {outcome.Entry.Title}",
        Part = "Crowd",
        Family = "Crowd",
        Name = outcome.Entry.Name,
        MessageBytes = outcome.Entry.MessageBytes,
        Shape = outcome.Shape.ToString(),
        MoreIsBetter = true,
        Ratio = outcome.Ratio,
        Nanoseconds = outcome.Over(pair => pair.Contestant.Nanoseconds),
        BaselineNanoseconds = outcome.Over(pair => pair.Baseline.Nanoseconds),
        ByDistance = outcome.ByDistance(),
        KeptCount = outcome.Kept.Count(),
        DroppedCount = outcome.Pairs.Count(pair => !pair.IsWarmUp) - outcome.Kept.Count(),
        Disorder = outcome.Disorder,
    };
}

/// <summary>The results of one run, with the machine and the command that they travel with.</summary>
internal sealed record ResultFile(DateTimeOffset Written, Machine Machine, string Bursts, IReadOnlyList<LoadResult> Results)
{
    public static ResultFile Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllText(path), ResultContext.Default.ResultFile)
        ?? throw new InvalidDataException($"{path} holds no results.");

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, ResultContext.Default.ResultFile) + "\n");
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class ResultContext : JsonSerializerContext;

/// <summary>Writes a run into a folder: NAME.json, the pairs behind it as NAME.csv, and a histogram for each timed contestant.</summary>
internal static class ResultFolder
{
    /// <summary>Histograms are written in microseconds, as their readers expect.</summary>
    private const double NanosecondsPerUnit = 1000;

    public static void Write(string folder, string name, ResultFile file, IReadOnlyList<Outcome> outcomes)
    {
        Directory.CreateDirectory(folder);
        file.Write(Path.Combine(folder, name + ".json"));
        using StreamWriter csv = new(Path.Combine(folder, name + ".csv"));
        csv.WriteLine("contestant;round;index;warmUp;pingBeforeNs;pingAfterNs;baselineNs;contestantNs;baselineP50Ns;contestantP50Ns;baselinePreemptions;contestantPreemptions");
        foreach (Outcome outcome in outcomes)
        {
            foreach (Pair pair in outcome.Pairs)
            {
                csv.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{outcome.Entry.Title};{pair.Round};{pair.Index};{(pair.IsWarmUp ? 1 : 0)};{pair.PingBeforeNanoseconds:F1};{pair.PingAfterNanoseconds:F1};{pair.Baseline.MeanNanoseconds:F2};{pair.Contestant.MeanNanoseconds:F2};{pair.Baseline.P50:F0};{pair.Contestant.P50:F0};{pair.Baseline.Preemptions};{pair.Contestant.Preemptions}"));
            }

            WriteHistogram(folder, FileNameOf(outcome.Entry), outcome.Latencies.Contestant);
        }
    }

    /// <summary>Writes NAME.hgrm, unless nothing was timed.</summary>
    public static void WriteHistogram(string folder, string name, LongHistogram histogram)
    {
        if (histogram.TotalCount == 0)
            return;
        using StreamWriter hgrm = new(Path.Combine(folder, name + ".hgrm"));
        histogram.OutputPercentileDistribution(hgrm, 5, NanosecondsPerUnit);
    }

    public static void Write(string folder, string name, ResultFile file, IReadOnlyList<CrowdOutcome> outcomes)
    {
        Directory.CreateDirectory(folder);
        file.Write(Path.Combine(folder, name + ".json"));
        using StreamWriter csv = new(Path.Combine(folder, name + ".csv"));
        csv.WriteLine("shape;contestant;round;index;warmUp;pingBeforeNs;pingAfterNs;baselineNs;contestantNs;baselineSwitches;contestantSwitches;disorder");
        foreach (CrowdOutcome outcome in outcomes)
        {
            foreach (CrowdPair pair in outcome.Pairs)
            {
                csv.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{outcome.Shape};{outcome.Entry.Title};{pair.Round};{pair.Index};{(pair.IsWarmUp ? 1 : 0)};{pair.PingBefore:F1};{pair.PingAfter:F1};{pair.Baseline.Nanoseconds:F2};{pair.Contestant.Nanoseconds:F2};{pair.Baseline.Switches};{pair.Contestant.Switches};{pair.Contestant.Disorder}"));
            }
        }
    }

    /// <summary>Letters and digits of the title, and hyphens for the rest.</summary>
    public static string FileNameOf(Entry entry) => string.Join(
        '-', string.Concat(entry.Title.Replace("<T>", "-of-T", StringComparison.Ordinal).Replace("C++", "cpp", StringComparison.Ordinal)
            .Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
