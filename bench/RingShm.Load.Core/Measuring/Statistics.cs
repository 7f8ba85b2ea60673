using HdrHistogram;

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

/// <summary>Latencies of many bursts together, in nanoseconds.</summary>
internal sealed class Latencies
{
    private const long Longest = 10_000_000_000;
    private const int Digits = 3;

    public LongHistogram Contestant { get; } = new(1, Longest, Digits);

    public LongHistogram Baseline { get; } = new(1, Longest, Digits);

    public static void Record(LongHistogram histogram, ReadOnlySpan<long> ticks)
    {
        foreach (long tick in ticks)
            histogram.RecordValue(Math.Clamp((long)(tick * Clock.NanosecondsPerTick), 1, Longest));
    }
}

/// <summary>The pairs that met the two processors equally far apart.</summary>
/// <param name="PingNanoseconds">The median of the ping-pongs around them: a cache line there and back.</param>
/// <param name="Ratio">As that of the whole.</param>
/// <param name="Nanoseconds">The contestant's.</param>
/// <param name="BaselineNanoseconds">The baseline's.</param>
/// <param name="Pairs">How many.</param>
internal sealed record Distance(double PingNanoseconds, Spread Ratio, Spread Nanoseconds, Spread BaselineNanoseconds, int Pairs)
{
    /// <summary>A ping-pong farther than this from the next shorter one met the processors at another distance.</summary>
    private const double NextDistance = 1.5;

    /// <summary>Fewer pairs met the machine at a bad moment, not at a distance.</summary>
    private const int FewestPairs = 3;

    /// <summary>Parts the pairs where the processors were near and where they were far.</summary>
    public static IReadOnlyList<Distance> Part<TPair>(
        IEnumerable<TPair> pairs, Func<TPair, double> ping, Func<IEnumerable<TPair>, Spread> ratio, Func<TPair, double> cost, Func<TPair, double> baselineCost)
    {
        List<List<TPair>> groups = [];
        double last = 0;
        foreach (TPair pair in pairs.OrderBy(ping))
        {
            if (ping(pair) > NextDistance * last)
                groups.Add([]);
            groups[^1].Add(pair);
            last = ping(pair);
        }

        return
        [
            .. groups.Where(group => group.Count >= FewestPairs).Select(group => new Distance(
                Spread.Of(group.Select(ping)).Median, ratio(group), Spread.Of(group.Select(cost)),
                Spread.Of(group.Select(baselineCost)), group.Count)),
        ];
    }
}

/// <summary>All pairs of one contestant, and what follows from those that count.</summary>
internal sealed class Outcome(Entry entry)
{
    private readonly Latencies _undisturbed = new();
    private readonly Latencies _all = new();

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

    public Spread Ratio => RatioOf(Kept);

    /// <summary>The latencies of the pairs that count; empty for contestants whose messages are not timed one by one.</summary>
    public Latencies Latencies => IsDisturbed ? _all : _undisturbed;

    public Spread Over(Func<Pair, double> value) => Spread.Of(Kept.Select(value));

    public void Add(Pair pair, ReadOnlySpan<long> baselineTicks, ReadOnlySpan<long> contestantTicks)
    {
        Pairs.Add(pair);
        if (pair.IsWarmUp || pair.PingMoved)
            return;
        foreach (Latencies into in pair.WasPreempted ? [_all] : new[] { _all, _undisturbed })
        {
            Latencies.Record(into.Baseline, baselineTicks);
            Latencies.Record(into.Contestant, contestantTicks);
        }
    }

    public IReadOnlyList<Distance> ByDistance() => Distance.Part(Kept, Ping, RatioOf, Cost, BaselineCost);

    private static double Ping(Pair pair) => (pair.PingBeforeNanoseconds + pair.PingAfterNanoseconds) / 2;

    private double Cost(Pair pair) => Entry.IsLatency ? pair.Contestant.P50 : pair.Contestant.MeanNanoseconds;

    private double BaselineCost(Pair pair) => Entry.IsLatency ? pair.Baseline.P50 : pair.Baseline.MeanNanoseconds;

    private Spread RatioOf(IEnumerable<Pair> pairs) => Spread.Of(pairs.Select(pair => Entry.IsLatency
        ? pair.Contestant.P50 / pair.Baseline.P50
        : pair.Baseline.MeanNanoseconds / pair.Contestant.MeanNanoseconds));
}
