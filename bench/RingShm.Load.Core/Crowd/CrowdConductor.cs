using System.Diagnostics;

namespace RingShm.Load.Crowd;

/// <summary>What one burst took.</summary>
/// <param name="Nanoseconds">A message: the burst's time over the messages of all.</param>
/// <param name="Switches">How often the kernel took a processor from a participant.</param>
/// <param name="Disorder">Messages that came after a later one of the same producer.</param>
internal readonly record struct CrowdTime(double Nanoseconds, long Switches, long Disorder);

/// <summary>A yardstick burst and a contestant burst, side by side.</summary>
internal sealed record CrowdPair(
    int Round, int Index, bool IsWarmUp, double PingBefore, double PingAfter, CrowdTime Baseline, CrowdTime Contestant)
{
    private const double LargestPingChange = 2;

    public double Ping => (PingBefore + PingAfter) / 2;

    /// <summary>The processors' distance, or the machine's load, changed while the pair ran.</summary>
    public bool PingMoved => Math.Max(PingBefore, PingAfter) > LargestPingChange * Math.Min(PingBefore, PingAfter);
}

/// <summary>All pairs of one contestant in one shape.</summary>
internal sealed class CrowdOutcome(CrowdEntry entry, Shape shape)
{
    public CrowdEntry Entry { get; } = entry;

    public Shape Shape { get; } = shape;

    public List<CrowdPair> Pairs { get; } = [];

    public IEnumerable<CrowdPair> Kept => Pairs.Where(pair => !pair.IsWarmUp && !pair.PingMoved);

    /// <summary>The yardstick's time over the contestant's, pair by pair; more is better.</summary>
    public Spread Ratio => Over(pair => pair.Baseline.Nanoseconds / pair.Contestant.Nanoseconds);

    /// <summary>The pairs that count, parted where the processors were near and where they were far.</summary>
    public IReadOnlyList<Distance> ByDistance() => Distance.Part(
        Kept, static pair => pair.Ping, static pairs => Spread.Of(pairs.Select(pair => pair.Baseline.Nanoseconds / pair.Contestant.Nanoseconds)),
        static pair => pair.Contestant.Nanoseconds, static pair => pair.Baseline.Nanoseconds);

    /// <summary>The lowest and the highest of the rounds' medians: how far another run may be off.</summary>
    public (double Lowest, double Highest) RoundMedians
    {
        get
        {
            double[] medians =
            [
                .. Kept.GroupBy(pair => pair.Round)
                    .Select(round => Spread.Of(round.Select(pair => pair.Baseline.Nanoseconds / pair.Contestant.Nanoseconds)).Median),
            ];
            return medians.Length == 0 ? (double.NaN, double.NaN) : (medians.Min(), medians.Max());
        }
    }

    /// <summary>Messages of the contestant that broke their producer's order, in all bursts.</summary>
    public long Disorder { get; set; }

    public Spread Over(Func<CrowdPair, double> value) => Spread.Of(Kept.Select(value));
}

/// <summary>
/// Runs the bursts of one troupe: the same participants alternate short bursts of yardstick and contestant, and only the ratio
/// of neighbours counts.
/// </summary>
internal sealed class CrowdConductor(CrowdOptions options, Shape shape, CrowdStage stage, string runName)
{
    private const int WarmUpPasses = 5;
    private const int WarmUpBursts = 32;
    private const int WarmUpCount = 2048;
    private const int FewestWarmUpBursts = 8;

    /// <summary>What a warm-up burst moves at most; a pass that takes longer than the second stops early.</summary>
    private const int WarmUpBytes = 4 << 20;
    private const double WarmUpSeconds = 0.1;
    private const int WarmUpPauseMilliseconds = 150;
    private const int PingPongCount = 1000;
    private const int ShortestCount = 64;

    /// <summary>The part of a burst's expected time that the conductor sleeps through, to be in nobody's way.</summary>
    private const double SleptThrough = 0.8;

    private readonly Random _random = new(options.Seed);
    private readonly Dictionary<(int, bool), double> _expectedNanoseconds = [];
    private readonly List<IDisposable> _open = [];
    private int _openings;
    private int _bursts;

    /// <summary>Measures all; calls back when a step is done.</summary>
    public IReadOnlyList<CrowdOutcome> Run(IReadOnlyList<int> entries, Action<int, int> report)
    {
        int steps = (WarmUpPasses + options.Rounds) * entries.Count;
        int step = 0;
        Dictionary<int, CrowdOutcome> outcomes = entries.ToDictionary(i => i, i => new CrowdOutcome(CrowdCatalog.Entries[i], shape));
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            foreach (int entry in entries)
            {
                WarmUp(entry, outcomes[entry]);
                report(++step, steps);
            }

            // The JIT compiles the last tier in the background once no new method has appeared for a while.
            Thread.Sleep(WarmUpPauseMilliseconds);
        }

        for (int round = 1; round <= options.Rounds; round++)
        {
            int[] order = [.. entries];
            _random.Shuffle(order);
            foreach (int entry in order)
            {
                Measure(entry, round, outcomes[entry]);
                report(++step, steps);
            }
        }

        stage.Direct(CrowdAct.Exit, 0, 0, 0, shape.Participants, TimeSpan.Zero);
        return [.. entries.Select(entry => outcomes[entry])];
    }

    private void WarmUp(int entry, CrowdOutcome outcome)
    {
        Open(entry);
        long start = Stopwatch.GetTimestamp();
        long count = Math.Clamp(WarmUpBytes / CrowdCatalog.Entries[entry].MessageBytes, ShortestCount, WarmUpCount) / shape.Producers;
        for (int i = 0; i < WarmUpBursts && (i < FewestWarmUpBursts || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds); i++)
        {
            Play(entry, outcome, isBaseline: true, count);
            Play(entry, outcome, isBaseline: false, count);
        }

        Close(entry);
    }

    private void Measure(int entry, int round, CrowdOutcome outcome)
    {
        Open(entry);
        int warmUpPairs = (options.PairsPerRound + 2) / 3;
        double pingBefore = PlayPingPong();
        for (int i = 0; i < options.PairsPerRound; i++)
        {
            bool baselineFirst = _random.Next(2) == 0;
            CrowdTime first = Play(entry, outcome, baselineFirst, CountFor(entry, baselineFirst));
            CrowdTime second = Play(entry, outcome, !baselineFirst, CountFor(entry, !baselineFirst));
            double pingAfter = PlayPingPong();
            outcome.Pairs.Add(new CrowdPair(
                round, i, i < warmUpPairs, pingBefore, pingAfter, baselineFirst ? first : second, baselineFirst ? second : first));
            pingBefore = pingAfter;
        }

        Close(entry);
    }

    private double PlayPingPong()
    {
        CrowdReceipt[] receipts = stage.Direct(CrowdAct.PingPong, 0, PingPongCount, 0, shape.Participants, TimeSpan.Zero);
        // The first producer's time, from when it met the consumer: the start is not a round trip.
        return (receipts[0].End - Math.Max(receipts[0].Start, receipts[shape.Producers].Start)) * Clock.NanosecondsPerTick / PingPongCount;
    }

    /// <summary>As many messages a producer as should take the time asked for, by what the bursts before took.</summary>
    private long CountFor(int entry, bool isBaseline) => Math.Clamp(
        (long)(options.BurstMilliseconds * 1e6 / _expectedNanoseconds[(entry, isBaseline)] / shape.Producers), ShortestCount, 1L << 26);

    private CrowdTime Play(int entry, CrowdOutcome outcome, bool isBaseline, long countPerProducer)
    {
        (int, bool) key = (entry, isBaseline);
        CrowdBurst burst = new(++_bursts, countPerProducer);
        long total = countPerProducer * shape.Producers;
        TimeSpan expected = _expectedNanoseconds.TryGetValue(key, out double last)
            ? TimeSpan.FromTicks((long)(last * total * SleptThrough / TimeSpan.NanosecondsPerTick))
            : TimeSpan.Zero;
        CrowdReceipt[] receipts = stage.Direct(
            isBaseline ? CrowdAct.Baseline : CrowdAct.Contestant, entry, countPerProducer, burst.Number, shape.Participants, expected);
        Check(outcome.Entry, isBaseline, burst, total, receipts);

        long start = receipts.Min(receipt => receipt.Start);
        long end = receipts.Skip(shape.Producers).Max(receipt => receipt.End);
        double nanoseconds = (end - start) * Clock.NanosecondsPerTick / total;
        _expectedNanoseconds[key] = last == 0 ? nanoseconds : (last + nanoseconds) / 2;
        CrowdTime time = new(nanoseconds, receipts.Sum(receipt => receipt.Switches), receipts.Sum(receipt => receipt.Disorder));
        outcome.Disorder += isBaseline ? 0 : time.Disorder;
        return time;
    }

    /// <summary>All that was sent must have come, whole and once; broken order is counted and shown.</summary>
    private void Check(CrowdEntry entry, bool isBaseline, in CrowdBurst burst, long total, CrowdReceipt[] receipts)
    {
        ulong sum = 0;
        foreach (CrowdReceipt receipt in receipts)
            sum += receipt.Sum;
        long count = receipts.Sum(receipt => receipt.Count);
        ulong expected = (isBaseline ? CrowdCatalog.YardstickOf(entry) : entry).ExpectedSum(burst, shape.Producers);
        if (count != total || sum != expected)
        {
            throw new InvalidDataException(
                $"{entry.Title}{(isBaseline ? " (its yardstick)" : "")}, {shape}, {burst}: {count} messages of {total} came, "
                + $"with the sum 0x{sum:X}; expected 0x{expected:X}.");
        }
    }

    /// <summary>Fresh memory in every round, because which physical pages a ring gets decides which of its lines share a cache set.</summary>
    private void Open(int entry)
    {
        int opening = ++_openings;
        CrowdScene scene = new("", options.Slots, shape, -1);
        CrowdEntry opened = CrowdCatalog.Entries[entry];
        _open.Add(CrowdCatalog.YardstickOf(opened).Create(scene with { Name = CrowdCast.SceneName(runName, opening, isBaseline: true) }));
        _open.Add(opened.Create(scene with { Name = CrowdCast.SceneName(runName, opening, isBaseline: false) }));
        stage.Direct(CrowdAct.Open, entry, 0, opening, shape.Participants, TimeSpan.Zero);
    }

    private void Close(int entry)
    {
        stage.Direct(CrowdAct.Close, entry, 0, 0, shape.Participants, TimeSpan.Zero);
        foreach (IDisposable memory in _open)
            memory.Dispose();
        _open.Clear();
    }
}
