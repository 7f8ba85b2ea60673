namespace RingShm.Load.Measuring;

/// <summary>A median and the quartiles around it.</summary>
internal readonly record struct Spread(double Lower, double Median, double Upper)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75));
    }

    private static double Quantile(double[] sorted, double fraction)
    {
        if (sorted.Length == 0)
            return double.NaN;
        double place = fraction * (sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}

/// <summary>What one burst took, in nanoseconds a message (or a round trip).</summary>
/// <param name="MeanNanoseconds">The burst's duration over its count.</param>
/// <param name="Preemptions">How often the kernel took the processor from either side meanwhile.</param>
/// <param name="P50">Median of the single round trips; NaN for one-way bursts.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="P999">99.9th percentile.</param>
internal readonly record struct BurstTime(double MeanNanoseconds, long Preemptions, double P50, double P99, double P999);

/// <summary>A baseline burst and a contestant burst, side by side, between two ping-pongs.</summary>
internal sealed record Pair(
    int Round, int Index, bool IsWarmUp, double PingBeforeNanoseconds, double PingAfterNanoseconds, BurstTime Baseline, BurstTime Contestant)
{
    /// <summary>Beyond this the cores' distance, or the machine's load, changed while the pair ran.</summary>
    private const double LargestPingChange = 2;

    public bool PingMoved =>
        Math.Max(PingBeforeNanoseconds, PingAfterNanoseconds)
        > LargestPingChange * Math.Min(PingBeforeNanoseconds, PingAfterNanoseconds);

    /// <summary>True when either process was taken off its processor: its partner then measured the scheduler.</summary>
    public bool WasPreempted => Baseline.Preemptions + Contestant.Preemptions > 0;
}

/// <summary>All pairs of one contestant, and what follows from those that count.</summary>
internal sealed class Outcome(Entry entry)
{
    public Entry Entry { get; } = entry;

    public List<Pair> Pairs { get; } = [];

    /// <summary>
    /// The pairs that count. On a machine so busy that hardly a burst runs undisturbed, disturbed ones count too, and
    /// <see cref="IsDisturbed"/> says so.
    /// </summary>
    public IEnumerable<Pair> Kept => Pairs.Where(pair => !pair.IsWarmUp && !pair.PingMoved && (IsDisturbed || !pair.WasPreempted));

    public bool IsDisturbed =>
        Pairs.Count(pair => !pair.IsWarmUp && !pair.PingMoved && !pair.WasPreempted) * 4 < Pairs.Count(pair => !pair.IsWarmUp);

    public int KeptCount => Kept.Count();

    public int DroppedCount => Pairs.Count(pair => !pair.IsWarmUp) - KeptCount;

    public Spread Ratio => Spread.Of(Kept.Select(pair => Entry.Family != Family.RoundTrip
        ? pair.Baseline.MeanNanoseconds / pair.Contestant.MeanNanoseconds
        : pair.Contestant.P50 / pair.Baseline.P50));

    public Spread Over(Func<Pair, double> value) => Spread.Of(Kept.Select(value));
}
