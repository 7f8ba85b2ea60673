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
}

/// <summary>Something to measure, and what it should reach.</summary>
internal sealed record Entry(string Name, Family Family, int MessageBytes, double? Goal, Func<Scene, IContestant> Open)
{
    public string Title { get; } = $"{Family}: {Name}, {MessageBytes} B";

    public Func<Scene, IContestant> OpenBaseline { get; } = Family != Family.RoundTrip
        ? scene => new YardstickThroughput(scene)
        : scene => new BareRoundTrip(scene);

    public bool IsMetBy(double ratio) => Goal is not { } goal || (Family != Family.RoundTrip ? ratio >= goal : ratio <= goal);
}

/// <summary>Every contestant, in the one order that both processes know them by.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Entry> Entries { get; } =
    [
        .. OneWay(Family.Fresh),
        .. OneWay(Family.ReadyMade),
        new("bare ping-pong (control)", Family.RoundTrip, 8, null, scene => new BareRoundTrip(scene)),
        new("yardstick", Family.RoundTrip, 64, null, scene => new YardstickRoundTrip(scene)),
        new("SpscRing", Family.RoundTrip, 40, null, scene => new SpscBytesRoundTrip(scene)),
        new("SpscRing", Family.RoundTrip, 64, 1.4, scene => new SpscBytesRoundTrip(scene)),
        new("SpscRing<T>", Family.RoundTrip, 64, 1.4, scene => new SpscTypedRoundTrip<Block64>(scene)),
    ];

    private static IEnumerable<Entry> OneWay(Family family) =>
    [
        new("yardstick (control)", family, 8, null, scene => new YardstickThroughput(scene)),
        new("yardstick (control)", family, 64, null, scene => new YardstickThroughput(scene)),
        new("yardstick (control)", family, 1024, null, scene => new YardstickThroughput(scene)),
        new("SpscRing", family, 8, 1.0, scene => new SpscBytes(scene)),
        new("SpscRing", family, 64, 1.2, scene => new SpscBytes(scene)),
        new("SpscRing", family, 1024, 1.0, scene => new SpscBytes(scene)),
        new("SpscRing<T>", family, 8, 1.0, scene => new SpscTyped<ulong>(scene)),
        new("SpscRing<T>", family, 64, 1.2, scene => new SpscTyped<Block64>(scene)),
        new("SpscRing<T> batches of 32", family, 8, 5.0, scene => new SpscBatch<ulong>(scene)),
        new("SpscRing<T> batches of 32", family, 64, null, scene => new SpscBatch<Block64>(scene)),
    ];
}
