using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary>Every contestant, in the one order that both processes know them by.</summary>
internal static class Catalog
{
    /// <summary>From this length on, the yardstick is a copy by one process: no ring can cost less.</summary>
    public const int MemcpyFromBytes = 1 << 20;

    private static readonly int[] Sizes = [8, 64, 256, 1024, 16384, 1 << 20];

    private static readonly int[] PeerSizes = [8, 64, 1024];
    private static readonly long[] Rates = [10_000, 100_000, 1_000_000];
    private static readonly int[] Capacities = [1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26];
    private static readonly int[] Idle = [0, 8, 60, 500, 2000];
    private static readonly int[] Readers = [1, 2, 4, 8, 16];

    private static readonly List<Entry> All =
    [
        .. OneWay(Family.Fresh, Sizes),
        .. OneWay(Family.ReadyMade, PeerSizes),
        .. RoundTrips,
        .. OpenLoops,
        .. Growth,
        .. Broadcast,
        .. Peers,
    ];

    public static IReadOnlyList<Entry> Entries => All;

    private static IEnumerable<Entry> RoundTrips =>
    [
        Trip("bare ping-pong (control)", 8, null, static scene => new BareRoundTrip(scene)),
        Trip("yardstick", 64, null, static scene => new YardstickRoundTrip(scene)),
        Trip("SpscRing", 40, 1.2, static scene => new SpscBytesRoundTrip(scene)),
        Trip("SpscRing", 64, 1.4, static scene => new SpscBytesRoundTrip(scene)),
        Trip("SpscRing", 1024, null, static scene => new SpscBytesRoundTrip(scene)),
        Trip("SpscRing<T>", 64, 1.4, static scene => new SpscTypedRoundTrip<Block64>(scene)),
        Trip("MpmcRing", 64, null, static scene => new LinkRoundTrip<MpmcLink>(scene)),
        Trip("MpmcRing<T>", 64, null, static scene => new LinkRoundTrip<MpmcValueLink<Block64>>(scene)),
    ];

    private static IEnumerable<Entry> OpenLoops => Rates.SelectMany(static rate => new[]
    {
        Paced<YardstickLink>("yardstick's C# twin (control)", rate),
        Paced<SpscLink>("SpscRing", rate),
        Paced<MpmcLink>("MpmcRing", rate),
        Paced<StreamLink<UnixSocket>>("Unix domain socket", rate),
        Paced<NativeLink<BoostMessageQueueKind>>("boost interprocess message_queue, C++", rate) with { Peer = PeerKind.BoostMessageQueue },
    });

    private static IEnumerable<Entry> Growth =>
    [
        .. Capacities.SelectMany(static bytes => new[]
        {
            Growing("SpscRing<T>", static scene => new SpscTyped<Block64>(scene)) with { CapacityBytes = bytes },
            Growing("MpmcRing<T>", static scene => new LinkThroughput<MpmcValueLink<Block64>>(scene)) with { CapacityBytes = bytes },
        }),
        .. Idle.Select(static idle =>
            Growing("MpmcRing<T>", static scene => new LinkThroughput<MpmcValueLink<Block64>>(scene)) with { IdleParticipants = idle }),
        .. Readers.Select(static readers =>
            Growing("BroadcastRing<T>", static scene => new BroadcastToMany<Block64>(scene)) with { Readers = readers }),
    ];

    /// <summary>
    /// One writer and one reader against an <see cref="SpscRing"/> of the same capacity, a lossy ring's writer against itself without
    /// readers, and an MPMC ring that is declared single on both sides against an <see cref="SpscRing"/>.
    /// </summary>
    private static IEnumerable<Entry> Broadcast =>
    [
        .. PeerSizes.SelectMany(static bytes => new[]
        {
            Bytes<SpscLink>("SpscRing (control)", bytes, null),
            Bytes<BroadcastLink>("BroadcastRing, reliable, one writer declared", bytes, 0.85) with { IsSingle = true },
            Bytes<BroadcastLink>("BroadcastRing, reliable", bytes, null),
            Bytes<MpmcLink>("MpmcRing, both sides declared single", bytes, 0.9) with { IsSingle = true },
        }),
        .. Values<ulong>(8),
        .. Values<Block64>(64),
        .. Lossy<Block64>(0, read: false, "no reader (control)", null),
        .. Lossy<Block64>(1, read: false, "1 reader attached", 0.9),
        .. Lossy<Block64>(16, read: false, "16 readers attached", 0.9),
        .. Lossy<Block64>(1, read: true, "1 reads", 0.9),
        .. Lossy<Block64>(4, read: true, "4 read in turn", 0.9),
        .. Lossy<Block64>(16, read: true, "16 read in turn", 0.9),
    ];

    private static IEnumerable<Entry> Values<T>(int bytes)
        where T : unmanaged
    {
        (string, Func<Scene, IContestant>) single = ("SpscRing<T>", static scene => new SpscTyped<T>(scene));
        (string, Func<Scene, IContestant>) batch = ("SpscRing<T> batches of 32", static scene => new SpscBatch<T>(scene));
        yield return Compared("BroadcastRing<T>, reliable, one writer declared", bytes, 0.85, static scene => new LinkThroughput<BroadcastValueLink<T>>(scene), single) with { IsSingle = true };
        yield return Compared("BroadcastRing<T>, reliable", bytes, null, static scene => new LinkThroughput<BroadcastValueLink<T>>(scene), single);
        yield return Compared("BroadcastRing<T> batches of 32, one writer declared", bytes, 0.85, static scene => new BroadcastBatch<T>(scene), batch) with { IsSingle = true };
        yield return Compared("MpmcRing<T>, both sides declared single", bytes, 0.9, static scene => new LinkThroughput<MpmcValueLink<T>>(scene), single) with { IsSingle = true };
    }

    private static IEnumerable<Entry> Lossy<T>(int readers, bool read, string who, double? goal)
        where T : unmanaged =>
    [
        Compared(
            "BroadcastRing<T>, lossy, the writer alone timed, " + who, Unsafe.SizeOf<T>(), goal, scene => new LossyWriting<T>(scene, readers, read),
            ("the same without readers", static scene => new LossyWriting<T>(scene, 0, read: false))),
    ];

    private static Entry Bytes<TLink>(string name, int bytes, double? goal)
        where TLink : struct, ILink<TLink> =>
        Compared(name, bytes, goal, static scene => new LinkThroughput<TLink>(scene), ("SpscRing", static scene => new LinkThroughput<SpscLink>(scene)));

    private static Entry Compared(
        string name, int bytes, double? goal, Func<Scene, IContestant> open, (string Name, Func<Scene, IContestant> Open) against) =>
        new(name, Family.Fresh, bytes, goal, open) { Part = Part.Broadcast, Against = against };

    private static IEnumerable<Entry> Peers =>
    [
        .. Foreign<StreamLink<NamedPipe>>("named pipe"),
        .. Foreign<StreamLink<UnixSocket>>("Unix domain socket"),
        .. Foreign<StreamLink<TcpLoopback>>("TCP loopback"),
        .. Native<NativeLink<BoostSpscKind>>("boost lockfree spsc_queue, C++", PeerKind.BoostSpsc),
        .. Native<NativeLink<AtomicQueueKind>>("atomic_queue AtomicQueue, SPSC, C++", PeerKind.AtomicQueueSpsc),
        .. Native<NativeLink<AtomicQueueKind>>("atomic_queue OptimistAtomicQueue, SPSC, C++", PeerKind.OptimistAtomicQueueSpsc).Take(3),
        .. Native<NativeLink<BoostMessageQueueKind>>("boost interprocess message_queue, C++", PeerKind.BoostMessageQueue),
    ];

    /// <summary>For contestants that this library does not carry; both processes must add the same.</summary>
    public static void Add(IEnumerable<Entry> entries) => All.AddRange(entries);

    /// <summary>Another's transport: one way at three lengths, and there and back.</summary>
    public static IEnumerable<Entry> Foreign<TLink>(string name)
        where TLink : struct, ILink<TLink> =>
    [
        .. PeerSizes.Select(bytes =>
            new Entry(name, Family.Fresh, bytes, null, static scene => new LinkThroughput<TLink>(scene)) { Part = Part.Peers }),
        new Entry(name, Family.RoundTrip, 64, null, static scene => new LinkRoundTrip<TLink>(scene)) { Part = Part.Peers },
    ];

    private static IEnumerable<Entry> Native<TLink>(string name, PeerKind kind)
        where TLink : struct, ILink<TLink> =>
    [
        .. PeerSizes.Select(bytes =>
            new Entry(name, Family.Fresh, bytes, null, scene => new NativeThroughput(kind, scene)) { Part = Part.Peers, Peer = kind }),
        new Entry(name, Family.RoundTrip, 64, null, static scene => new LinkRoundTrip<TLink>(scene)) { Part = Part.Peers, Peer = kind },
    ];

    private static IEnumerable<Entry> OneWay(Family family, int[] sizes)
    {
        foreach (int bytes in sizes)
        {
            yield return bytes >= MemcpyFromBytes
                ? new("memcpy by one process (control)", family, bytes, null, static scene => new MemcpyThroughput(scene))
                : new("yardstick (control)", family, bytes, null, static scene => new YardstickThroughput(scene));
            if (bytes >= MemcpyFromBytes)
                yield return new("yardstick", family, bytes, null, static scene => new YardstickThroughput(scene));
            double? goal = bytes switch { 8 => 1.8, 64 => 1.5, 1024 => 1.2, 1 << 20 => 0.9, _ => null };
            yield return new("SpscRing", family, bytes, goal, static scene => new SpscBytes(scene));
            yield return new("MpmcRing", family, bytes, null, static scene => new LinkThroughput<MpmcLink>(scene));
        }

        yield return new("SpscRing<T>", family, 8, 1.8, static scene => new SpscTyped<ulong>(scene));
        yield return new("SpscRing<T>", family, 64, 1.5, static scene => new SpscTyped<Block64>(scene));
        yield return new("SpscRing<T> batches of 32", family, 8, 5.0, static scene => new SpscBatch<ulong>(scene));
        yield return new("SpscRing<T> batches of 32", family, 64, null, static scene => new SpscBatch<Block64>(scene));
        yield return new("MpmcRing<T>", family, 8, null, static scene => new LinkThroughput<MpmcValueLink<ulong>>(scene));
        yield return new("MpmcRing<T>", family, 64, null, static scene => new LinkThroughput<MpmcValueLink<Block64>>(scene));
    }

    private static Entry Trip(string name, int bytes, double? goal, Func<Scene, IContestant> open) =>
        new(name, Family.RoundTrip, bytes, goal, open) { Part = Part.Latency };

    private static Entry Paced<TLink>(string name, long rate)
        where TLink : struct, ILink<TLink> =>
        new(name, Family.OpenLoop, 64, null, static scene => new LinkOpenLoop<TLink>(scene)) { Part = Part.OpenLoop, RatePerSecond = rate };

    private static Entry Growing(string name, Func<Scene, IContestant> open) =>
        new(name, Family.Fresh, 64, null, open) { Part = Part.Growth };
}
