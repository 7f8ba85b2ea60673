using System.Globalization;
using Spectre.Console;

namespace RingShm.Load.Results;

/// <summary>One ratio of two runs.</summary>
/// <param name="Key">The contestant.</param>
/// <param name="PingNanoseconds">The processors' distance in both; null where it was not the same.</param>
/// <param name="Before">The ratio to the yardstick then.</param>
/// <param name="After">And now.</param>
/// <param name="MoreIsBetter">What the ratio means.</param>
/// <param name="Tolerance">The factor from which a change counts.</param>
internal sealed record ComparedRatio(
    string Key, double? PingNanoseconds, Spread Before, Spread After, bool MoreIsBetter, double Tolerance)
{
    /// <summary>Above one is better.</summary>
    public double Change => MoreIsBetter ? After.Median / Before.Median : Before.Median / After.Median;

    public bool IsRegression => AreApart && Change < 1 / Tolerance;

    public bool IsImprovement => AreApart && Change > Tolerance;

    private bool AreApart => After.Upper < Before.Lower || After.Lower > Before.Upper;
}

/// <summary>
/// Compares two runs by their ratios to the yardstick, never by their times: those belong to the machine and the minute. Where both
/// runs met the processors equally far apart, only such pairs are compared.
/// </summary>
internal static class Comparison
{
    /// <summary>A ratio has to be worse by this factor, and the quartiles apart, to count as a regression.</summary>
    private const double Tolerance = 1.1;

    /// <summary>Ping-pongs within this factor are the same distance.</summary>
    private const double SameDistance = 1.5;

    /// <summary>Shows what changed; returns how many regressed.</summary>
    public static int Show(ResultFile before, ResultFile after)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .Title("Ratios to the yardstick, before and after; changes within the quartiles, or of less than a tenth, are noise")
            .AddColumns("contestant", "ping ns", "before", "after", "change", "");
        IReadOnlyList<ComparedRatio> all = Compare(before, after);
        foreach (ComparedRatio one in all)
        {
            table.AddRow(
                new Text(one.Key), Right(one.PingNanoseconds, "F0"), Right(one.Before.Median, "F2"), Right(one.After.Median, "F2"),
                Right(one.Change, "F2"), new Text(one.IsRegression ? "REGRESSION" : one.IsImprovement ? "better" : ""));
        }

        AnsiConsole.Write(table);
        int regressions = all.Count(one => one.IsRegression);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all.Count} ratios compared, {regressions} regressed."));
        return regressions;
    }

    /// <summary>All ratios that both runs have.</summary>
    public static IReadOnlyList<ComparedRatio> Compare(ResultFile before, ResultFile after)
    {
        Dictionary<string, LoadResult> old = before.Results.GroupBy(result => result.Key).ToDictionary(group => group.Key, group => group.Last());
        return
        [
            .. after.Results.Where(result => old.ContainsKey(result.Key)).SelectMany(result =>
                Matching(old[result.Key], result).Select(match =>
                    new ComparedRatio(result.Key, match.Ping, match.Then, match.Now, result.MoreIsBetter, Tolerance))),
        ];
    }

    private static IEnumerable<(double? Ping, Spread Then, Spread Now)> Matching(LoadResult was, LoadResult now)
    {
        bool any = false;
        foreach (Distance distance in now.ByDistance)
        {
            Distance? same = was.ByDistance.FirstOrDefault(other =>
                Math.Max(other.PingNanoseconds, distance.PingNanoseconds) < SameDistance * Math.Min(other.PingNanoseconds, distance.PingNanoseconds));
            if (same == null)
                continue;
            any = true;
            yield return (distance.PingNanoseconds, same.Ratio, distance.Ratio);
        }

        if (!any && (was.ByDistance.Count == 0 || now.ByDistance.Count == 0))
            yield return (null, was.Ratio, now.Ratio);
    }

    private static Text Right(double? value, string format) =>
        new Text(value?.ToString(format, CultureInfo.InvariantCulture) ?? "").RightJustified();
}
