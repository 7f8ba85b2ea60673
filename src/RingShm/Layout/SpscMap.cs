namespace RingShm.Layout;

/// <summary>
/// An SPSC ring's words as pointers, and its geometry, both private to this process: made once when the region is opened, so
/// that nothing on the message path reads an offset, a size or a mask from memory that somebody else can write.
/// </summary>
internal readonly unsafe struct SpscMap
{
    public SpscMap(byte* region, in RingGeometry geometry)
    {
        byte* control = region + geometry.ControlOffset;
        Data = region + geometry.DataOffset;
        CapacityBytes = geometry.CapacityBytes;
        MaxMessageBytes = (int)geometry.MaxMessageBytes;
        Completed = (long*)(control + SpscLayout.CompletedOffset);
        ProducerPosition = (long*)(control + SpscLayout.ProducerPositionOffset);
        ProducerMessages = (long*)(control + SpscLayout.ProducerMessagesOffset);
        ProducerAborted = (long*)(control + SpscLayout.ProducerAbortedOffset);
        ProducerTakeovers = (long*)(control + SpscLayout.ProducerTakeoversOffset);
        ConsumerPosition = (long*)(control + SpscLayout.ConsumerPositionOffset);
        ConsumerMessages = (long*)(control + SpscLayout.ConsumerMessagesOffset);
        ConsumerRedelivered = (long*)(control + SpscLayout.ConsumerRedeliveredOffset);
        ConsumerTakeovers = (long*)(control + SpscLayout.ConsumerTakeoversOffset);
        RedeliverBelow = (long*)(control + SpscLayout.ConsumerRedeliverBelowOffset);
        DeliveredThrough = (long*)(control + SpscLayout.ConsumerDeliveredThroughOffset);
    }

    public byte* Data { get; }

    public long CapacityBytes { get; }

    public int MaxMessageBytes { get; }

    public long* Completed { get; }

    public long* ProducerPosition { get; }

    public long* ProducerMessages { get; }

    public long* ProducerAborted { get; }

    public long* ProducerTakeovers { get; }

    public long* ConsumerPosition { get; }

    public long* ConsumerMessages { get; }

    public long* ConsumerRedelivered { get; }

    public long* ConsumerTakeovers { get; }

    public long* RedeliverBelow { get; }

    public long* DeliveredThrough { get; }

    /// <summary>
    /// The header word of the record at a position. Masking keeps it inside the view, and aligned, whatever the position is: some
    /// processors fault on an ordered load that is not.
    /// </summary>
    public long* HeaderAt(long position) => (long*)(Data + (position & (CapacityBytes - 1) & -RecordLayout.AlignmentBytes));

    /// <summary>The first payload byte of the record whose header this is.</summary>
    public static byte* PayloadOf(long* header) => (byte*)(header + 1);
}
