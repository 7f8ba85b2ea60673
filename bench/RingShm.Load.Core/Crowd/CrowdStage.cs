using System.Diagnostics;

namespace RingShm.Load.Crowd;

internal enum CrowdAct
{
    /// <summary>Opens a contestant and its yardstick.</summary>
    Open,

    /// <summary>Closes both.</summary>
    Close,

    /// <summary>Runs a burst over the yardstick.</summary>
    Baseline,

    /// <summary>Runs a burst over the contestant.</summary>
    Contestant,

    /// <summary>Bounces a cache line between the first producer and the first consumer.</summary>
    PingPong,

    /// <summary>Ends the participant.</summary>
    Exit,
}

/// <summary>
/// The page through which the conductor leads its participants: a command, a barrier, a receipt from each. Words that different
/// processes write are 128 bytes apart.
/// </summary>
/// <remarks>
/// <code>
///  conductor     command | sequence
///  participants  ready = sequence     each looks for a command every millisecond, so that who is done is in nobody's way
///  conductor     go = sequence        and sleeps until the burst should be over
///  participants  start, burst, end;   receipt, done = sequence
/// </code>
/// The burst's time is from the first participant's start to the last consumer's end, on the clock that all processes share.
/// </remarks>
internal sealed unsafe class CrowdStage : IDisposable
{
    private const int LineBytes = 128;
    private const int GoLine = 1;
    private const int FinishedLine = 2;
    private const int PingLine = 3;
    private const int PongLine = 4;
    private const int FirstParticipantLine = 6;
    private const int PageBytes = 16384;
    private const int SpinsBeforeYield = 10_000;

    private readonly SharedFile _file;
    private long _sequence;

    private CrowdStage(SharedFile file) => _file = file;

    public static CrowdStage Create(string name) => new(SharedFile.Create(name, PageBytes));

    public static CrowdStage Open(string name) => new(SharedFile.Open(name));

    /// <summary>Conductor: has all participants do something; returns when the last is through.</summary>
    /// <param name="act">What they do.</param>
    /// <param name="contestant">Over which contestant.</param>
    /// <param name="argument">The burst's messages per producer, or the opening's number.</param>
    /// <param name="number">The burst's number.</param>
    /// <param name="participants">How many there are.</param>
    /// <param name="expected">How long it should take; the conductor sleeps for most of it.</param>
    public CrowdReceipt[] Direct(CrowdAct act, int contestant, long argument, int number, int participants, TimeSpan expected)
    {
        Word(0, 1) = (long)act;
        Word(0, 2) = contestant;
        Word(0, 3) = argument;
        Word(0, 4) = number;
        Word(FinishedLine, 0) = 0;
        Volatile.Write(ref Word(0, 0), ++_sequence);
        for (int i = 0; i < participants; i++)
        {
            while (Volatile.Read(ref ReadyOf(i)) != _sequence)
                Thread.Sleep(0);
        }

        Volatile.Write(ref Word(GoLine, 0), _sequence);
        Thread.Sleep(expected);
        CrowdReceipt[] receipts = new CrowdReceipt[participants];
        for (int i = 0; i < participants; i++)
        {
            while (Volatile.Read(ref DoneOf(i)) != _sequence)
                Thread.Sleep(1);
            receipts[i] = ReceiptOf(i);
        }

        return receipts;
    }

    /// <summary>Participant: waits for the next command and, unless it ends everything, for the signal to start.</summary>
    public CrowdAct Await(int participant, out int contestant, out long argument, out int number, out long start)
    {
        _sequence++;
        while (Volatile.Read(ref Word(0, 0)) != _sequence)
            Thread.Sleep(1);
        CrowdAct act = (CrowdAct)Word(0, 1);
        contestant = (int)Word(0, 2);
        argument = Word(0, 3);
        number = (int)Word(0, 4);
        Volatile.Write(ref ReadyOf(participant), _sequence);
        while (Volatile.Read(ref Word(GoLine, 0)) != _sequence)
            Thread.Yield();
        start = Stopwatch.GetTimestamp();
        return act;
    }

    public void Report(int participant, in CrowdReceipt receipt)
    {
        ReceiptOf(participant) = receipt;
        Volatile.Write(ref DoneOf(participant), _sequence);
    }

    /// <summary>Producer: counts itself as finished; true for the last one.</summary>
    public bool IsLastToFinish(int producers) => Interlocked.Increment(ref Word(FinishedLine, 0)) == producers;

    /// <summary>Consumer: whether all producers have counted themselves as finished.</summary>
    public bool HaveFinished(int producers) => Volatile.Read(ref Word(FinishedLine, 0)) == producers;

    /// <summary>The two ends of a ping-pong; whoever shares a processor with the other yields.</summary>
    public void PlayPingPong(bool leads, long count)
    {
        ref long mine = ref Word(leads ? PingLine : PongLine, 0);
        ref long other = ref Word(leads ? PongLine : PingLine, 0);
        // Values go up for ever, so that one burst never mistakes the last one's words for its own.
        long first = mine + 1;
        for (long value = first; value < first + count; value++)
        {
            if (leads)
                Volatile.Write(ref mine, value);
            for (int spins = 0; Volatile.Read(ref other) != value; spins++)
            {
                if (spins > SpinsBeforeYield)
                    Thread.Yield();
            }

            if (!leads)
                Volatile.Write(ref mine, value);
        }
    }

    public void Dispose() => _file.Dispose();

    private ref long ReadyOf(int participant) => ref Word(FirstParticipantLine + (2 * participant), 0);

    private ref long DoneOf(int participant) => ref Word(FirstParticipantLine + (2 * participant) + 1, 0);

    private ref CrowdReceipt ReceiptOf(int participant) =>
        ref *(CrowdReceipt*)(_file.Start + ((FirstParticipantLine + (2 * participant) + 1) * LineBytes) + sizeof(long));

    private ref long Word(int line, int index) => ref ((long*)(_file.Start + (line * LineBytes)))[index];
}
