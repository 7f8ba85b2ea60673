namespace RingShm.Load.Measuring;

/// <summary>How much one burst moves: so many messages (or round trips), starting with this one of the cycle.</summary>
internal readonly record struct Burst(long Count, long First);

/// <summary>One contestant over its own fresh shared memory, opened in both processes.</summary>
internal interface IContestant : IDisposable
{
    /// <summary>Runs in the leading process: produces, or asks and waits for each echo.</summary>
    void Lead(in Burst burst);

    /// <summary>Runs in the following process: consumes, or echoes. Reads every word of every message.</summary>
    Receipt Follow(in Burst burst);
}

/// <summary>A contestant that times its own round trips, message by message.</summary>
internal interface IRoundTrip : IContestant
{
    /// <summary>The durations of the last burst's round trips, in timestamp ticks.</summary>
    ReadOnlySpan<long> Stamps { get; }
}

/// <summary>A contestant that sends at a fixed rate; the follower leaves each message's latency on the stage's sheet.</summary>
internal interface IOpenLoop : IContestant
{
}

/// <summary>A contestant of which only the leader's part is timed: the follower may be behind, or do nothing.</summary>
internal interface IWriterTimed : IContestant
{
}

/// <summary>What a contestant opens its memory with.</summary>
/// <param name="Name">Unique for this opening; the leader makes what the follower opens.</param>
/// <param name="IsLeader">True in the process that creates, produces and asks.</param>
/// <param name="MessageBytes">The length of every message.</param>
/// <param name="RingBytes">The bytes of every ring, a power of two, the same for all.</param>
/// <param name="Payload">The messages.</param>
/// <param name="Yardstick">The C yardstick, or null where it could not be built.</param>
/// <param name="Stage">The page with the two words of the ping-pong.</param>
internal sealed record Scene(
    string Name, bool IsLeader, int MessageBytes, int RingBytes, Payload Payload, NativeYardstick? Yardstick, Stage Stage)
{
    /// <summary>Messages a second, for contestants with a fixed rate.</summary>
    public long RatePerSecond { get; init; }

    /// <summary>How many more participants are attached and do nothing.</summary>
    public int IdleParticipants { get; init; }

    /// <summary>How many readers a broadcast ring has.</summary>
    public int Readers { get; init; }

    /// <summary>Each side that can be declared single is.</summary>
    public bool IsSingle { get; init; }
}
