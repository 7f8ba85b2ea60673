using System.Globalization;
using Spectre.Console;

namespace RingShm.Load.Results;

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
        Dictionary<string, LoadResult> old = before.Results.GroupBy(result => result.Key).ToDictionary(group => group.Key, group => group.Last());
        Table table = new Table().Border(TableBorder.Simple)
            .Title("Ratios to the yardstick, before and after; changes within the quartiles, or of less than a tenth, are noise")
            .AddColumns("contestant", "ping ns", "before", "after", "change", "");
        int regressions = 0, compared = 0;
        foreach (LoadResult result in after.Results)
        {
            if (!old.TryGetValue(result.Key, out LoadResult? was))
                continue;
            foreach ((double? ping, Spread then, Spread now) in Matching(was, result))
            {
                compared++;
                double change = result.MoreIsBetter ? now.Median / then.Median : then.Median / now.Median;
                bool apart = now.Upper < then.Lower || now.Lower > then.Upper;
                string verdict = !apart || (change < Tolerance && change > 1 / Tolerance) ? "" : change < 1 ? "REGRESSION" : "better";
                regressions += verdict == "REGRESSION" ? 1 : 0;
                table.AddRow(
                    new Text(result.Key), Right(ping, "F0"), Right(then.Median, "F2"), Right(now.Median, "F2"), Right(change, "F2"), new Text(verdict));
            }
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{compared} ratios compared, {regressions} regressed."));
        return regressions;
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
