using System.Text.Json;
using System.Text.Json.Serialization;

namespace RingShm.Load.Reporting;

/// <summary>The figures with every pair behind them, for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(string path, LoadOptions options, Machine machine, IReadOnlyList<Outcome> outcomes)
    {
        object document = new
        {
            Written = DateTimeOffset.UtcNow,
            Machine = machine,
            Options = options,
            ClockReadingNanoseconds = Clock.ReadingCost * Clock.NanosecondsPerTick,
            Results = outcomes.Select(outcome => new
            {
                outcome.Entry.Name,
                outcome.Entry.Family,
                outcome.Entry.MessageBytes,
                outcome.Entry.Goal,
                IsGoalMet = outcome.Entry.Goal is null ? (bool?)null : outcome.Entry.IsMetBy(outcome.Ratio.Median),
                outcome.Ratio,
                Nanoseconds = outcome.Over(p => p.Contestant.MeanNanoseconds),
                BaselineNanoseconds = outcome.Over(p => p.Baseline.MeanNanoseconds),
                MessagesPerSecond = 1e9 / outcome.Over(p => p.Contestant.MeanNanoseconds).Median,
                outcome.KeptCount,
                outcome.DroppedCount,
                outcome.IsDisturbed,
                outcome.Pairs,
            }),
        };
        File.WriteAllText(path, JsonSerializer.Serialize(document, Format) + Environment.NewLine);
    }
}
