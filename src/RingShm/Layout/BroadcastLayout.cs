namespace RingShm.Layout;

/// <summary>
/// Offsets of a broadcast ring's control lines, from the control offset. Slots, words, records and rows are those of an MPMC ring,
/// and so are the words that its writers and survivors use.
/// </summary>
/// <remarks>
/// <code>
///  offset  writer          words
///  0x000   anyone, rarely  completed              (all poll it: the line stays shared, reading it is free)
///  0x080   writers         writer position
///  0x100   writers, rarely retained step; two pairs of retained position and retained messages
///  0x180   survivors       claims recovered, readers evicted, lost rows swept
/// </code>
/// The retained step counts how often the oldest message that is kept has changed. Its lowest bit says which of the two pairs
/// holds: the position of that message, and how many messages were published before it. The other pair is what comes next.
/// </remarks>
internal static class BroadcastLayout
{
    public const int CompletedOffset = MpmcLayout.CompletedOffset;

    public const int WriterPositionOffset = MpmcLayout.ProducerPositionOffset;

    public const int RetainedStepOffset = 0x100;
    public const int RetainedPositionEvenOffset = 0x108;
    public const int RetainedMessagesEvenOffset = 0x110;
    public const int RetainedPositionOddOffset = 0x118;
    public const int RetainedMessagesOddOffset = 0x120;

    public const int ClaimsRecoveredOffset = MpmcLayout.ClaimsRecoveredOffset;
    public const int ReadersEvictedOffset = 0x188;
    public const int RowsSweptOffset = MpmcLayout.RowsSweptOffset;

    /// <summary>How many parts of the ring are given up at once, so that most claims need not ask whether they may.</summary>
    public const int RetentionParts = 16;
}
