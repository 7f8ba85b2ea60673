using System.Diagnostics;

namespace RingShm.Load.Measuring;

internal enum Act
{
    /// <summary>Opens the memory of a contestant and of its baseline.</summary>
    Open,

    /// <summary>Closes both.</summary>
    Close,

    /// <summary>Bounces a cache line, the given number of times.</summary>
    PingPong,

    /// <summary>Runs the other end of a burst of the baseline.</summary>
    Baseline,

    /// <summary>Runs the other end of a burst of the contestant.</summary>
    Contestant,

    /// <summary>Ends the process.</summary>
    Exit,
}

/// <summary>
/// The page through which the leader (parent, producer) conducts the follower (child, consumer): a command, a barrier, a
/// receipt, and the two words of the bare ping-pong. Words that different processes write are 128 bytes apart.
/// </summary>
/// <remarks>
/// <code>
///  leader    command: act, contestant, count, first | sequence
///  follower  ready = sequence          (spinning from here on, so that the start costs one line transfer)
///  leader    go = sequence             the clock starts
///  follower  receipt, done = sequence  the clock stops when the leader sees it
/// </code>
/// </remarks>
internal sealed unsafe class Stage : IDisposable
{
    /// <summary>The most messages of a burst whose latencies are kept one by one.</summary>
    public const int SheetLength = 1 << 17;

    private const int LineBytes = 128;
    private const int SheetOffset = 8 * LineBytes;
    private const int SpinsBeforeSleep = 200_000;

    private readonly SharedFile _file;
    private long _sequence;

    private Stage(SharedFile file) => _file = file;

    // The leader's lines.
    private ref long Sequence => ref Word(0, 0);

    private ref long ActWord => ref Word(0, 1);

    private ref long ContestantWord => ref Word(0, 2);

    private ref long CountWord => ref Word(0, 3);

    private ref long FirstWord => ref Word(0, 4);

    private ref long Go => ref Word(1, 0);

    // The follower's lines.
    private ref long Ready => ref Word(2, 0);

    private ref long Done => ref Word(3, 0);

    private ref long SumWord => ref Word(3, 1);

    private ref long DisorderWord => ref Word(3, 2);

    private ref long PreemptionsWord => ref Word(3, 3);

    public long* Ping => (long*)(_file.Start + (4 * LineBytes));

    public long* Pong => (long*)(_file.Start + (5 * LineBytes));

    /// <summary>Latencies of one burst, in timestamp ticks, from the follower to the leader.</summary>
    public long* Sheet => (long*)(_file.Start + SheetOffset);

    public static Stage Create(string name) => new(SharedFile.Create(name, SheetOffset + (SheetLength * sizeof(long))));

    public static Stage Open(string name) => new(SharedFile.Open(name));

    /// <summary>Leader: a copy of the sheet's beginning.</summary>
    public long[] LatenciesOf(long count) => new ReadOnlySpan<long>(Sheet, (int)count).ToArray();

    /// <summary>Leader: starts an act in the follower and returns when the follower spins at the barrier.</summary>
    public void Call(Act act, int contestant, in Burst burst)
    {
        ActWord = (long)act;
        ContestantWord = contestant;
        CountWord = burst.Count;
        FirstWord = burst.First;
        Volatile.Write(ref Sequence, ++_sequence);
        while (Volatile.Read(ref Ready) != _sequence)
        {
        }
    }

    /// <summary>Leader: lets the follower run. The returned time is the burst's start.</summary>
    public long Start()
    {
        long now = Stopwatch.GetTimestamp();
        Volatile.Write(ref Go, _sequence);
        return now;
    }

    /// <summary>Leader: waits until the follower has done its part.</summary>
    public Receipt Finish(out long endTimestamp, out long preemptions)
    {
        while (Volatile.Read(ref Done) != _sequence)
        {
        }

        endTimestamp = Stopwatch.GetTimestamp();
        preemptions = PreemptionsWord;
        return new Receipt((ulong)SumWord, (ulong)DisorderWord);
    }

    /// <summary>Follower: waits for the next act, asleep if it takes long, and for the start, spinning.</summary>
    public Act Await(out int contestant, out Burst burst)
    {
        _sequence++;
        for (int spins = 0; Volatile.Read(ref Sequence) != _sequence; spins++)
        {
            if (spins > SpinsBeforeSleep)
                Thread.Sleep(1);
        }

        contestant = (int)ContestantWord;
        burst = new Burst(CountWord, FirstWord);
        Act act = (Act)ActWord;
        Volatile.Write(ref Ready, _sequence);
        while (Volatile.Read(ref Go) != _sequence)
        {
        }

        return act;
    }

    /// <summary>Follower: reports what it received; the leader's clock stops here.</summary>
    public void Report(in Receipt receipt, long preemptions)
    {
        PreemptionsWord = preemptions;
        SumWord = (long)receipt.Sum;
        DisorderWord = (long)receipt.Disorder;
        Volatile.Write(ref Done, _sequence);
    }

    public void Dispose() => _file.Dispose();

    private ref long Word(int line, int index) => ref ((long*)(_file.Start + (line * LineBytes)))[index];
}
