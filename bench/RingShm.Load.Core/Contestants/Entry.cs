using System.Numerics;

namespace RingShm.Load;

internal enum Family
{
    /// <summary>
    /// Messages one way, as fast as they go, each written just before it is sent. The consumer keeps up with the producer.
    /// Ratio: yardstick's time / contestant's time; more is better.
    /// </summary>
    Fresh,

    /// <summary>The same with messages that only need copying: the producer runs ahead until the ring is full.</summary>
    ReadyMade,

    /// <summary>One message there and back. Ratio: contestant's p50 / bare ping-pong's p50; less is better.</summary>
    RoundTrip,

    /// <summary>Messages at a fixed rate, one way. Ratio: contestant's p50 / yardstick's p50; less is better.</summary>
    OpenLoop,
}

/// <summary>What can be measured by itself, in a minute or two.</summary>
internal enum Part
{
    /// <summary>SPSC and MPMC between two processes, one way.</summary>
    Throughput,

    /// <summary>Round trips.</summary>
    Latency,

    /// <summary>Fixed rates.</summary>
    OpenLoop,

    /// <summary>Cost as capacity and attached participants grow.</summary>
    Growth,

    /// <summary>Broadcast rings, and MPMC rings that are declared single, against SPSC rings.</summary>
    Broadcast,

    /// <summary>Others' transports, one way and there and back.</summary>
    Peers,
}

/// <summary>Something to measure, and what it should reach.</summary>
internal sealed record Entry(string Name, Family Family, int MessageBytes, double? Goal, Func<Scene, IContestant> Open)
{
    /// <summary>A ring holds at least so many messages, however long they are.</summary>
    private const int FewestMessages = 8;

    public Part Part { get; init; } = Part.Throughput;

    /// <summary>Messages a second, where the rate is fixed.</summary>
    public long RatePerSecond { get; init; }

    public int IdleParticipants { get; init; }

    /// <summary>How many readers a broadcast ring has, where it is one with a number of its own.</summary>
    public int Readers { get; init; }

    /// <summary>Each side that can be declared single is.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Another baseline than the yardstick, and its name.</summary>
    public (string Name, Func<Scene, IContestant> Open)? Against { get; init; }

    /// <summary>Its own capacity, where that is what is measured; its baseline keeps the run's.</summary>
    public int? CapacityBytes { get; init; }

    /// <summary>Which native queue it is, where it is one.</summary>
    public PeerKind? Peer { get; init; }

    public bool IsThere => Peer is not { } kind || NativePeers.Has(kind, MessageBytes);

    public bool IsLatency => Family is Family.RoundTrip or Family.OpenLoop;

    public string Title => FormattableString.Invariant($"{Family}: {Name}, {MessageBytes} B{Circumstances}");

    /// <summary>What makes it differ from its namesakes.</summary>
    public string Circumstances => FormattableString.Invariant(
        $"{(RatePerSecond > 0 ? $", {RatePerSecond}/s" : "")}{(CapacityBytes is { } bytes ? $", capacity {bytes}" : "")}{(Readers > 0 && Part == Part.Growth ? $", {Readers} readers" : "")}{(Part == Part.Growth && CapacityBytes == null && Readers == 0 ? $", {IdleParticipants} idle" : "")}");

    public Func<Scene, IContestant> OpenBaseline => Family switch
    {
        _ when Against is { } against => against.Open,
        Family.RoundTrip => static scene => new BareRoundTrip(scene),
        Family.OpenLoop => static scene => new LinkOpenLoop<YardstickLink>(scene),
        _ when MessageBytes >= Catalog.MemcpyFromBytes => static scene => new MemcpyThroughput(scene),
        _ => static scene => new YardstickThroughput(scene),
    };

    public int RingBytesFor(int ringBytes) => CapacityBytes ?? BaselineRingBytesFor(ringBytes);

    public int BaselineRingBytesFor(int ringBytes) =>
        Math.Max(ringBytes, (int)BitOperations.RoundUpToPowerOf2((uint)(FewestMessages * MessageBytes)));

    public bool IsMetBy(double ratio) => Goal is not { } goal || (IsLatency ? ratio <= goal : ratio >= goal);
}
