namespace RingShm;

/// <summary>How many participants of a role a ring may have at once.</summary>
public enum Cardinality
{
    /// <summary>What the kind of ring allows at the most.</summary>
    Default = 0,

    /// <summary>At most one at a time.</summary>
    One = 1,

    /// <summary>Any number.</summary>
    Many = 2,
}

/// <summary>What an opener may do with a region.</summary>
public enum RingAccess
{
    /// <summary>Maps the region for reading and writing; roles can be attached.</summary>
    ReadWrite = 0,

    /// <summary>Maps read-only pages: a monitor that cannot harm the ring, and cannot attach.</summary>
    ReadOnly = 1,
}

/// <summary>What becomes of a message that a consumer had taken and not handed back when it died.</summary>
public enum DeadConsumerPolicy
{
    /// <summary>The region's own, or <see cref="Redeliver"/> for a new one.</summary>
    Default = 0,

    /// <summary>It is delivered again to whoever comes, with <see cref="Message.Redelivered"/> set.</summary>
    Redeliver = 1,

    /// <summary>It is dropped and counted: for messages that must never be handled twice. MPMC rings only.</summary>
    Drop = 2,
}

/// <summary>What the writers of a broadcast ring owe its readers.</summary>
public enum BroadcastDelivery
{
    /// <summary>The region's own, or <see cref="Reliable"/> for a new one.</summary>
    Default = 0,

    /// <summary>Every reader gets every message: writers write over none that a live reader has not read.</summary>
    Reliable = 1,

    /// <summary>Writers never wait for readers. One that was lapped is told exactly how many messages it lost.</summary>
    Lossy = 2,
}

/// <summary>What becomes of a live reader that is a whole ring behind, in a reliable broadcast ring.</summary>
public enum SlowReaderPolicy
{
    /// <summary>The region's own, or <see cref="HoldWriters"/> for a new one.</summary>
    Default = 0,

    /// <summary>Writers find the ring full until it has read on.</summary>
    HoldWriters = 1,

    /// <summary>
    /// Writers go on without it. It is counted, and told by a <see cref="ReaderEvictedException"/> at its next read. Its messages are
    /// copies, because what it reads in place could be written over.
    /// </summary>
    Evict = 2,
}

/// <summary>
/// How to create or open a ring. Each value that is set must agree with an existing region; each that is not takes the
/// region's value, or the default when the region is new.
/// </summary>
public sealed class RingOptions
{
    /// <summary>
    /// Bytes of ring, rounded up to a power of two, at least 64. 0 means the region's own, or 1 MiB for a new one. A state cell has no
    /// capacity; setting it is refused there.
    /// </summary>
    public long CapacityBytes { get; init; }

    /// <summary>
    /// The longest message, in bytes; at most the rounded capacity − 16 (SPSC) or − 8 (MPMC). 0 means the region's own, or half the capacity.
    /// Where messages are longer than a slot, the region grows by about as much, so that one that crosses the ring's end stays contiguous.
    /// Of a state cell: the longest value, at most 2^31 − 65 bytes; 0 means 4096 for a new one. The cell has room for one value a participant, and
    /// for four.
    /// </summary>
    public long MaxMessageBytes { get; init; }

    /// <summary>
    /// How many producers. An SPSC ring has <see cref="Cardinality.One"/>; anything else is refused there. An MPMC ring has
    /// <see cref="Cardinality.Many"/> unless declared single, which takes the interlocked operation off that side; so have the writers
    /// of a broadcast ring. Of a state cell: how many writers.
    /// </summary>
    public Cardinality Producers { get; init; }

    /// <summary>How many consumers; as for <see cref="Producers"/>. A broadcast ring is for any number of readers, and refuses <see cref="Cardinality.One"/>.</summary>
    public Cardinality Consumers { get; init; }

    /// <summary>
    /// How many participants of all roles an MPMC or broadcast ring or a state cell can have at once; each costs 128 bytes, and in a state
    /// cell room for a value. The holder of a side that is declared
    /// single has a place of its own and does not count. 0 means the region's own, or 64 for a new one. At most 8190. An SPSC ring has
    /// two; any other number is refused there.
    /// </summary>
    public int MaxParticipants { get; init; }

    /// <summary>
    /// What becomes of what a dead consumer held. An SPSC ring always delivers it again, and refuses <see cref="DeadConsumerPolicy.Drop"/>.
    /// In a broadcast ring it was that reader's alone, so anything but the default is refused.
    /// </summary>
    public DeadConsumerPolicy DeadConsumers { get; init; }

    /// <summary>What the writers of a broadcast ring owe its readers. Other kinds refuse it.</summary>
    public BroadcastDelivery Delivery { get; init; }

    /// <summary>What becomes of a slow reader of a reliable broadcast ring. Other kinds refuse it, and so does a lossy ring.</summary>
    public SlowReaderPolicy SlowReaders { get; init; }

    /// <summary>Read and write, or only look. Only an existing region can be opened read-only.</summary>
    public RingAccess Access { get; init; }

    /// <summary>
    /// Who may open a new region on Unix, whatever the process's umask says. The default is the owner alone (0600).
    /// Ignored on Windows.
    /// </summary>
    public UnixFileMode UnixMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Who may open a new region on Windows. Null means the creator's account alone. Ignored on Unix.</summary>
    public RingSecurity? Security { get; init; }

    /// <summary>
    /// Touches every page when the region is mapped, so that no message pays for a page fault. On by default.
    /// </summary>
    public bool PrefaultPages { get; init; } = true;

    /// <summary>
    /// How the handles wait that are attached through this ring object: spin, yield, then sleep in the kernel, if not set. Each
    /// opener chooses for itself; nothing of it is in the region.
    /// </summary>
    /// <exception cref="ArgumentNullException">Null.</exception>
    public WaitStrategy WaitStrategy { get; init => field = value ?? throw new ArgumentNullException(nameof(WaitStrategy)); } = WaitStrategy.Default;

    /// <summary>
    /// How long an opener waits for a live creator to finish; a <see cref="TimeoutException"/> follows. 10 seconds by default.
    /// A creator is only ever replaced when the kernel confirms its death, never because this time has passed.
    /// </summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
