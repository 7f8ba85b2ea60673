namespace RingShm;

/// <summary>What a participant does with a ring.</summary>
public enum ParticipantRole
{
    /// <summary>Unknown: the row's word is none of the others.</summary>
    None = 0,

    /// <summary>Writes messages.</summary>
    Producer = 1,

    /// <summary>Reads messages.</summary>
    Consumer = 2,
}

/// <summary>A snapshot of one attached participant.</summary>
/// <param name="Role">What it does.</param>
/// <param name="ProcessId">Its process id, as it sees it itself (in its own pid namespace).</param>
/// <param name="IsAlive">False when the kernel confirms that it is gone: its role is free for a successor.</param>
/// <param name="Generation">How many participants have attached to this row so far.</param>
/// <param name="AttachedAt">When it attached.</param>
public sealed record ParticipantInfo(
    ParticipantRole Role, int ProcessId, bool IsAlive, long Generation, DateTimeOffset AttachedAt)
{
    /// <summary>
    /// Of a broadcast ring's reader: where it reads next, in bytes of ring since creation; <see cref="RingInfo.ProducerPosition"/> minus this is how far
    /// it lags. Null for everybody else, and for a reader that is just coming or going.
    /// </summary>
    public long? Position { get; init; }

    /// <summary>Of a lossy broadcast ring's reader: messages that were lost in its row so far, by earlier owners of the row too.</summary>
    public long MessagesLost { get; init; }

    /// <summary>Of a broadcast ring's reader: true once writers have gone on without it, because it was a whole ring behind.</summary>
    public bool IsEvicted { get; init; }
}

/// <summary>
/// A snapshot of a ring. The numbers are read one after the other while others go on, so they need not belong to one moment.
/// </summary>
public sealed record RingInfo
{
    /// <summary>The region's name or path.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of ring it is.</summary>
    public required RingKind Kind { get; init; }

    /// <summary>
    /// Bytes of ring, a power of two, as asked for and rounded up. An MPMC ring has as many slots or granules as fit into them, rounded
    /// down to a power of two, and at least two. Of a state cell: bytes of all its buffers.
    /// </summary>
    public required long CapacityBytes { get; init; }

    /// <summary>The longest message, in bytes.</summary>
    public required long MaxMessageBytes { get; init; }

    /// <summary>The length of every message of a typed ring, in bytes; 0 where lengths vary.</summary>
    public required long FixedMessageBytes { get; init; }

    /// <summary>Bytes of the whole region.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>When the region was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Tells this region from an earlier one of the same name.</summary>
    public required Guid CreationId { get; init; }

    /// <summary>True after <c>Complete()</c>.</summary>
    public required bool IsCompleted { get; init; }

    /// <summary>
    /// Bytes of ring that producers have taken since creation. SPSC: up to the last hint, which trails. MPMC: claims included.
    /// </summary>
    public required long ProducerPosition { get; init; }

    /// <summary>
    /// SPSC: bytes of ring that the consumer has handed back since creation. MPMC: bytes that consumers have taken, whether handed back or not.
    /// </summary>
    public required long ConsumerPosition { get; init; }

    /// <summary>
    /// Bytes of ring between the two positions. SPSC: what is published and not handed back. MPMC: what is claimed or published and not
    /// taken; what consumers hold comes on top.
    /// </summary>
    public long UsedBytes => Math.Clamp(ProducerPosition - ConsumerPosition, 0, CapacityBytes);

    /// <summary>
    /// Messages published since creation. A producer's death may leave the last publication uncounted. Of a state cell: the version of
    /// its value, exactly.
    /// </summary>
    public required long MessagesWritten { get; init; }

    /// <summary>Messages released since creation.</summary>
    public required long MessagesRead { get; init; }

    /// <summary>Claims given up without a commit.</summary>
    public required long ClaimsAborted { get; init; }

    /// <summary>Messages delivered with <see cref="Message.Redelivered"/> set.</summary>
    public required long MessagesRedelivered { get; init; }

    /// <summary>How often a producer took over from a dead one.</summary>
    public required long ProducerTakeovers { get; init; }

    /// <summary>How often a consumer took over from a dead one.</summary>
    public required long ConsumerTakeovers { get; init; }

    /// <summary>MPMC: claims of dead producers that survivors gave up, in granules where a claim's length is not known.</summary>
    public long ClaimsRecovered { get; init; }

    /// <summary>MPMC: messages that survivors returned for delivery because their consumer had died.</summary>
    public long LeasesRecovered { get; init; }

    /// <summary>MPMC: messages that were dropped because their consumer had died, in a ring that was made to do so.</summary>
    public long MessagesDropped { get; init; }

    /// <summary>MPMC and state cells: dead participants that were swept.</summary>
    public long ParticipantsRecovered { get; init; }

    /// <summary>How many producers the ring was made for.</summary>
    public Cardinality Producers { get; init; }

    /// <summary>How many consumers the ring was made for.</summary>
    public Cardinality Consumers { get; init; }

    /// <summary>What becomes of what a dead consumer held.</summary>
    public DeadConsumerPolicy DeadConsumers { get; init; }

    /// <summary>Broadcast: what the writers owe the readers. <see cref="BroadcastDelivery.Default"/> for other kinds.</summary>
    public BroadcastDelivery Delivery { get; init; }

    /// <summary>
    /// Broadcast: what becomes of a live reader that is a whole ring behind. <see cref="SlowReaderPolicy.Default"/> where nobody waits for
    /// one: in a lossy ring, and for other kinds.
    /// </summary>
    public SlowReaderPolicy SlowReaders { get; init; }

    /// <summary>
    /// How many participants can be attached at once: two to an SPSC ring; to an MPMC ring so many beside those of a side that is
    /// declared single.
    /// </summary>
    public int MaxParticipants { get; init; }

    /// <summary>Broadcast: where the oldest message begins that is retained, in bytes of ring since creation.</summary>
    public long RetainedPosition { get; init; }

    /// <summary>Broadcast: messages that lapped readers of a lossy ring were told they lost, each reader for itself.</summary>
    public long MessagesLost { get; init; }

    /// <summary>Broadcast: readers without which writers went on because they were a whole ring behind, dead ones among them.</summary>
    public long ReadersEvicted { get; init; }

    /// <summary>Who is attached, the dead not yet replaced among them.</summary>
    public required IReadOnlyList<ParticipantInfo> Participants { get; init; }
}
