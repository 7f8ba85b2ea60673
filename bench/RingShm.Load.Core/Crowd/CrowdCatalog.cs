namespace RingShm.Load.Crowd;

/// <summary>Something for a crowd to measure.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="MessageBytes">The length of every message.</param>
/// <param name="IsInProcess">True where the participants must be threads of one process; its yardstick then runs in them too.</param>
/// <param name="IsExplored">An idea that was tried, measured only when asked for.</param>
/// <param name="Create">Makes the queue.</param>
/// <param name="Attach">Attaches a participant.</param>
/// <param name="ExpectedSum">The sum of a burst's words.</param>
internal sealed record CrowdEntry(
    string Name, int MessageBytes, bool IsInProcess, bool IsExplored,
    Func<CrowdScene, IDisposable> Create, Func<CrowdScene, ICrowdPart> Attach, Func<CrowdBurst, int, ulong> ExpectedSum)
{
    public string Title => $"{Name}, {MessageBytes} B";

    /// <summary>Which native queue this is, or null.</summary>
    public PeerKind? Peer { get; init; }

    public bool IsThere => Peer is not { } kind || NativePeers.Has(kind, MessageBytes);

    public static CrowdEntry Of<T, TQueue>(string name, bool isInProcess = false, bool isExplored = false)
        where T : unmanaged, ICrowdMessage<T>
        where TQueue : struct, ICrowdQueue<TQueue, T> => new(
            name, T.Words * sizeof(ulong), isInProcess, isExplored, TQueue.Create, static scene => new CrowdPart<T, TQueue>(scene),
            static (burst, producers) => burst.ExpectedSum<T>(producers));
}

/// <summary>Every contestant, in the one order that all processes know them by.</summary>
internal static class CrowdCatalog
{
    public static CrowdEntry Yardstick8 { get; } = CrowdEntry.Of<Message8, VyukovCrowd<Message8>>("Vyukov (control)");

    public static CrowdEntry Yardstick64 { get; } = CrowdEntry.Of<Message64, VyukovCrowd<Message64>>("Vyukov (control)");

    private static int[] Lengths { get; } = [8, 64, 256, 1024, 16384, 1 << 20];

    private static SortedDictionary<int, CrowdEntry> LongYardsticks { get; } = new(Lengths.Where(static bytes => bytes > Yardstick64.MessageBytes)
        .ToDictionary(static bytes => bytes, static bytes => CrowdBytesPart<VyukovBytesCrowd>.Entry("Vyukov (control)", bytes)));

    public static IReadOnlyList<CrowdEntry> Entries { get; } =
    [
        Yardstick8,
        Yardstick64,
        CrowdEntry.Of<Message8, MpmcRingCrowd<Message8>>("MpmcRing<T>"),
        CrowdEntry.Of<Message64, MpmcRingCrowd<Message64>>("MpmcRing<T>"),
        CrowdEntry.Of<Message8, ClaimWordCrowd<Message8>>("claim word"),
        CrowdEntry.Of<Message64, ClaimWordCrowd<Message64>>("claim word"),
        CrowdEntry.Of<Message8, VyukovCrowd<Message8>>("Vyukov between threads (control)", isInProcess: true),
        CrowdEntry.Of<Message64, VyukovCrowd<Message64>>("Vyukov between threads (control)", isInProcess: true),
        CrowdEntry.Of<Message8, ChannelCrowd<Message8>>("Channel, bounded, between threads", isInProcess: true),
        CrowdEntry.Of<Message64, ChannelCrowd<Message64>>("Channel, bounded, between threads", isInProcess: true),
        CrowdEntry.Of<Message8, ConcurrentQueueCrowd<Message8>>("ConcurrentQueue, unbounded, between threads", isInProcess: true),
        CrowdEntry.Of<Message64, ConcurrentQueueCrowd<Message64>>("ConcurrentQueue, unbounded, between threads", isInProcess: true),
        NativeCrowdPart.Entry<Message8>("boost lockfree queue, C++", PeerKind.BoostQueue),
        NativeCrowdPart.Entry<Message64>("boost lockfree queue, C++", PeerKind.BoostQueue),
        NativeCrowdPart.Entry<Message8>("atomic_queue AtomicQueue, C++", PeerKind.AtomicQueueMpmc),
        NativeCrowdPart.Entry<Message64>("atomic_queue AtomicQueue2, C++", PeerKind.AtomicQueueMpmc),
        CrowdBatchPart<Message8>.Entry("MpmcRing<T> batches of 32"),
        CrowdBatchPart<Message64>.Entry("MpmcRing<T> batches of 32"),
        .. Lengths.Select(static bytes => CrowdBytesPart<MpmcBytesCrowd>.Entry("MpmcRing", bytes)),
        .. LongYardsticks.Values,
        .. Explored,
    ];

    private static IEnumerable<CrowdEntry> Explored =>
    [
        Idea8<Slots16>("16-byte slots (the yardstick again)"),
        Idea8<Slots16Intent>("intent stored"),
        Idea8<Slots32>("32-byte slots"),
        Idea8<Slots64>("64-byte slots"),
        Idea8<Slots128>("128-byte slots"),
        Idea8<Spread32>("spread over 8 lines"),
        Idea8<Spread256>("spread over 64 lines"),
        Idea8<ProducerAhead8>("producer looks 8 ahead"),
        Idea8<ProducerAhead64>("producer looks 64 ahead"),
        Idea8<ConsumerAhead8>("consumer looks 8 ahead"),
        Idea8<BothAhead16>("both look 16 ahead"),
        Idea8<Loss1>("pause after a lost swap"),
        Idea8<Loss8>("8 pauses after a lost swap"),
        Idea8<Prefetch4>("prefetch 4 ahead"),
        Idea8<Prefetch8>("prefetch 8 ahead"),
        Idea8<Prefetch16>("prefetch 16 ahead"),
        Idea8<Empty4>("4 pauses when empty"),
        Idea8<Empty16>("16 pauses when empty or full"),
        Idea8<Empty64>("64 pauses when empty or full"),
        Idea8<Run8>("16 pauses after a run of 8"),
        Idea8<Run8Short>("8 pauses after a run of 8"),
        Idea8<Run8Long>("48 pauses after a run of 8"),
        Idea8<Run8Intent>("intent stored, 16 pauses after a run of 8"),
        Idea8<Run8Spread>("spread over 64 lines, 16 pauses after a run of 8"),
        Idea8<Run8Ahead>("both look 16 ahead, 16 pauses after a run of 8"),
        Idea64<Slots128Plain>("128-byte slots (the yardstick again)"),
        Idea64<Slots72>("72-byte slots"),
        Idea64<Slots80>("80-byte slots"),
        Idea64<Slots96>("96-byte slots"),
        Idea64<Slots128Apart>("128-byte slots, message on its own line"),
        Idea64<Slots64Table>("64-byte slots, words in a table"),
        Idea64<Slots128Intent>("intent stored"),
        Idea64<Slots128Prefetch1>("prefetch 1 ahead"),
        Idea64<Slots128Prefetch2>("prefetch 2 ahead"),
        Idea64<Slots128Prefetch4>("prefetch 4 ahead"),
        Idea64<Slots128Ahead>("both look 16 ahead"),
        Idea64<Slots128Empty16>("16 pauses when empty or full"),
        Idea64<Slots80Ahead>("80-byte slots, both look 16 ahead"),
        Idea64<Slots128Run8>("16 pauses after a run of 8"),
        Idea64<Slots128Run8Intent>("intent stored, 16 pauses after a run of 8"),
        Idea64<ApartRun8>("128-byte slots, message on its own line, 16 pauses after a run of 8"),
        Idea64<Slots80Run8>("80-byte slots, 16 pauses after a run of 8"),
        Idea64<TableRun8>("64-byte slots, words in a table, 16 pauses after a run of 8"),
    ];

    public static CrowdEntry YardstickOf(CrowdEntry entry) => entry.MessageBytes == Yardstick8.MessageBytes
        ? Yardstick8
        : LongYardsticks.GetValueOrDefault(entry.MessageBytes, Yardstick64);

    private static CrowdEntry Idea8<TTuning>(string name)
        where TTuning : struct, Prototypes.ITuning =>
        CrowdEntry.Of<Message8, TunedCrowd<Message8, TTuning>>("idea: " + name, isExplored: true);

    private static CrowdEntry Idea64<TTuning>(string name)
        where TTuning : struct, Prototypes.ITuning =>
        CrowdEntry.Of<Message64, TunedCrowd<Message64, TTuning>>("idea: " + name, isExplored: true);
}
