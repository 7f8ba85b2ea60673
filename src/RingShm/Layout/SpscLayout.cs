namespace RingShm.Layout;

/// <summary>Offsets of an SPSC ring's control lines, from the control offset. Each party's words have 128 bytes to themselves.</summary>
/// <remarks>
/// <code>
///  offset  writer    words
///  0x000   anyone    completed                       (written at most once: lines stay shared, reading them is free)
///  0x080   producer  position, messages, aborted, takeovers
///  0x100   consumer  position, messages, redelivered, takeovers, redeliver-below, delivered-through
/// </code>
/// Why 128 and not 64: x86's adjacent-line prefetcher pulls lines in pairs and some ARM64 parts have 128-byte lines
/// (the reasoning and sources are collected in crossbeam's cache_padded.rs).
/// </remarks>
internal static class SpscLayout
{
    public const int CompletedOffset = 0x000;

    public const int ProducerPositionOffset = 0x080;
    public const int ProducerMessagesOffset = 0x088;
    public const int ProducerAbortedOffset = 0x090;
    public const int ProducerTakeoversOffset = 0x098;

    public const int ConsumerPositionOffset = 0x100;
    public const int ConsumerMessagesOffset = 0x108;
    public const int ConsumerRedeliveredOffset = 0x110;
    public const int ConsumerTakeoversOffset = 0x118;
    public const int ConsumerRedeliverBelowOffset = 0x120;
    public const int ConsumerDeliveredThroughOffset = 0x128;

    public const int ControlBytes = 0x1000;

    public const int RowCount = 2;
    public const int ProducerRow = 0;
    public const int ConsumerRow = 1;
}
