using System.Diagnostics;

namespace RingShm.Load.Measuring;

/// <summary>
/// Runs the measurement in the leading process. The distance between two cores changes within seconds, so whole runs
/// cannot be compared: the same two processes alternate short bursts of baseline and contestant, and only the ratio of
/// neighbours counts.
/// </summary>
/// <remarks>
/// <code>
///  round 1..n, contestants shuffled:
///    fresh memory | ping-pong  [A B] ping-pong  [B A] ping-pong  [A B] ping-pong ...
///                              A, B: baseline and contestant, 10-30 ms each, order drawn
/// </code>
/// Fresh memory in every round, because which physical pages a ring gets decides which of its lines share a cache set.
/// </remarks>
internal sealed class Conductor(LoadOptions options, Stage stage, NativeYardstick? yardstick, string runName)
{
    private const int PingPongCount = 1000;
    private const int CountMultiple = 64;
    private const int WarmUpPasses = 5;
    private const int WarmUpBursts = 32;
    private const int WarmUpCount = 1024;
    private const int FewestWarmUpBursts = 8;
    private const int WarmUpPauseMilliseconds = 150;

    /// <summary>What a warm-up burst moves at most; a pass that takes longer than the second stops early.</summary>
    private const int WarmUpBytes = 4 << 20;
    private const double WarmUpSeconds = 0.1;

    /// <summary>Bursts of messages that take tens of microseconds each are longer, or there would be few messages in them.</summary>
    private const int LongMessageBurstFactor = 3;

    /// <summary>Bursts at a fixed rate are longer, or there would be few messages in them.</summary>
    private const int OpenLoopBurstFactor = 4;

    private readonly Troupe _troupe = new(stage, yardstick, options.RingBytes, isLeader: true, runName);
    private readonly Random _random = new(options.Seed);
    private readonly Dictionary<(int, bool), double> _expectedNanoseconds = [];
    private readonly Dictionary<(int, bool), long> _sent = [];
    private int _openings;

    /// <summary>What each message of the last burst took, where they are timed one by one.</summary>
    private long[] _ticks = [];

    /// <summary>Measures all; calls back when a step is done, with the steps done so far and in all.</summary>
    public IReadOnlyList<Outcome> Run(IReadOnlyList<int> contestants, Action<int, int> report)
    {
        int steps = (WarmUpPasses * contestants.Count) + (options.Rounds * contestants.Count);
        int step = 0;
        WarmUp(contestants, () => report(++step, steps));
        Dictionary<int, Outcome> outcomes = contestants.ToDictionary(i => i, i => new Outcome(Catalog.Entries[i]));
        for (int round = 1; round <= options.Rounds; round++)
        {
            int[] order = [.. contestants];
            _random.Shuffle(order);
            foreach (int contestant in order)
            {
                Open(contestant);
                MeasureRound(round, contestant, outcomes[contestant]);
                Close(contestant);
                report(++step, steps);
            }
        }

        stage.Call(Act.Exit, 0, default);
        stage.Start();
        return [.. contestants.Select(i => outcomes[i])];
    }

    /// <summary>
    /// Lets the JIT reach its last tier in both processes: it counts calls, waits until no new method has appeared for
    /// 100 ms, compiles in the background, and does so twice when it profiles.
    /// </summary>
    private void WarmUp(IReadOnlyList<int> contestants, Action report)
    {
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            foreach (int contestant in contestants)
            {
                Open(contestant);
                long start = Stopwatch.GetTimestamp();
                long count = Math.Clamp(WarmUpBytes / Catalog.Entries[contestant].MessageBytes, CountMultiple, WarmUpCount);
                for (int i = 0; i < WarmUpBursts && (i < FewestWarmUpBursts || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds); i++)
                {
                    PlayPingPong();
                    Play(contestant, isBaseline: true, count);
                    Play(contestant, isBaseline: false, count);
                }

                Close(contestant);
                report();
            }

            Thread.Sleep(WarmUpPauseMilliseconds);
        }
    }

    private void MeasureRound(int round, int contestant, Outcome outcome)
    {
        int warmUpPairs = (options.PairsPerRound + 2) / 3;
        double pingBefore = PlayPingPong();
        for (int i = 0; i < options.PairsPerRound; i++)
        {
            bool baselineFirst = _random.Next(2) == 0;
            BurstTime first = PlayTimed(contestant, baselineFirst);
            long[] firstTicks = _ticks;
            BurstTime second = PlayTimed(contestant, !baselineFirst);
            long[] secondTicks = _ticks;
            double pingAfter = PlayPingPong();
            outcome.Add(
                new Pair(
                    round, i, i < warmUpPairs, pingBefore, pingAfter,
                    baselineFirst ? first : second, baselineFirst ? second : first),
                baselineFirst ? firstTicks : secondTicks, baselineFirst ? secondTicks : firstTicks);
            pingBefore = pingAfter;
        }
    }

    /// <summary>Runs a burst that should take as long as was asked, by what the ones before took.</summary>
    private BurstTime PlayTimed(int contestant, bool isBaseline)
    {
        Entry entry = Catalog.Entries[contestant];
        if (entry.RatePerSecond > 0)
        {
            double inBurst = entry.RatePerSecond * options.BurstMilliseconds * OpenLoopBurstFactor / 1e3;
            return Play(contestant, isBaseline, (long)Math.Clamp(inBurst, CountMultiple, Stage.SheetLength));
        }

        double expected = _expectedNanoseconds[(contestant, isBaseline)];
        long count = (long)(options.BurstMilliseconds * LongMessageFactor(entry) * 1e6 / expected / CountMultiple) * CountMultiple;
        return Play(contestant, isBaseline, Math.Clamp(count, CountMultiple, 1L << 26));
    }

    private static int LongMessageFactor(Entry entry) => entry.MessageBytes >= Catalog.MemcpyFromBytes ? LongMessageBurstFactor : 1;

    private BurstTime Play(int contestant, bool isBaseline, long count)
    {
        (int, bool) key = (contestant, isBaseline);
        long first = _sent.GetValueOrDefault(key);
        _sent[key] = first + count;
        Burst burst = new(count, first);
        IContestant player = isBaseline ? _troupe.Baseline : _troupe.Contestant;
        long preemptionsBefore = Preemption.Count();
        stage.Call(isBaseline ? Act.Baseline : Act.Contestant, contestant, burst);
        long start = stage.Start();
        player.Lead(burst);
        long led = Stopwatch.GetTimestamp();
        Receipt receipt = stage.Finish(out long end, out long preemptions);
        preemptions += Preemption.Count() - preemptionsBefore;
        Check(player, receipt, burst);
        if (player is IWriterTimed)
            end = led;

        double mean = (end - start) * Clock.NanosecondsPerTick / count;
        _expectedNanoseconds[key] = _expectedNanoseconds.TryGetValue(key, out double last) ? (last + mean) / 2 : mean;
        BurstTime time = new(mean, preemptions, double.NaN, double.NaN, double.NaN);
        _ticks = player switch
        {
            IRoundTrip trip => trip.Stamps.ToArray(),
            IOpenLoop => stage.LatenciesOf(count),
            _ => [],
        };
        return _ticks.Length > 0 ? Percentiles(time, _ticks) : time;
    }

    /// <summary>A burst counts only when all arrived, whole and in order.</summary>
    private void Check(IContestant player, in Receipt receipt, in Burst burst)
    {
        Receipt expected = player is BareRoundTrip or IOpenLoop or IWriterTimed
            ? new Receipt((ulong)burst.Count, 0)
            : _troupe.Payload.Expected(burst.First, burst.Count);
        if (receipt != expected)
            throw new InvalidDataException($"{player.GetType().Name}: {burst} was received as {receipt}; expected {expected}.");
    }

    private double PlayPingPong()
    {
        stage.Call(Act.PingPong, 0, new Burst(PingPongCount, 0));
        long start = stage.Start();
        PingPong.Lead(stage, PingPongCount);
        long end = Stopwatch.GetTimestamp();
        stage.Finish(out _, out _);
        return (end - start) * Clock.NanosecondsPerTick / PingPongCount;
    }

    private static BurstTime Percentiles(in BurstTime time, long[] ticks)
    {
        long[] sorted = [.. ticks];
        Array.Sort(sorted);
        return time with { P50 = At(0.5), P99 = At(0.99), P999 = At(0.999) };

        double At(double fraction) => sorted[(int)(fraction * (sorted.Length - 1))] * Clock.NanosecondsPerTick;
    }

    private void Open(int contestant)
    {
        int opening = ++_openings;
        _troupe.Open(contestant, opening);
        Do(Act.Open, contestant, opening);
    }

    private void Close(int contestant)
    {
        Do(Act.Close, contestant, 0);
        _troupe.Close();
        _sent.Clear();
    }

    private void Do(Act act, int contestant, long argument)
    {
        stage.Call(act, contestant, new Burst(argument, 0));
        stage.Start();
        stage.Finish(out _, out _);
    }
}
