namespace RingShm.Layout;

/// <summary>Offsets inside one participant row. Rows are 128 bytes apart, because different processes write them.</summary>
/// <remarks>
/// <code>
///  0x00  8  owner word: 0 = free, 2^32 = abandoned, else  63 ........ 32 | 31 ...... 0
///                                       start-time tag | process id
///  0x08  8  role
///  0x10  8  generation: attachments so far
///  0x18  8  process start time (platform units, for people and monitors)
///  0x20  8  attach time, Unix microseconds
///  0x28  8  evicted: not 0 once writers of a broadcast ring go on without this reader
///  0x30  8  messages lost to this broadcast reader
///  0x40  8  interval start ┐ MPMC: the granules that the owner may hold without a mark in their word
///  0x48  8  interval end   ┘
///  0x50  8  marks: words that name this row
///  0x58  8  messages written
///  0x60  8  messages read
///  0x68  8  claims aborted
///  0x70  8  messages redelivered
///  0x78  8  cursor of a broadcast reader: one more than the position that it reads next; 0 = none
/// </code>
/// The owner writes its MPMC words at every message and nobody else reads them but survivors and monitors, so they have a cache
/// line to themselves.
/// </remarks>
internal static class RowLayout
{
    public const int StrideBytes = 128;

    public const int OwnerOffset = 0x00;
    public const int RoleOffset = 0x08;
    public const int GenerationOffset = 0x10;
    public const int StartTimeOffset = 0x18;
    public const int AttachTimeOffset = 0x20;

    public const int EvictedOffset = 0x28;
    public const int MessagesLostOffset = 0x30;

    public const int IntervalStartOffset = 0x40;
    public const int IntervalEndOffset = 0x48;
    public const int MarksOffset = 0x50;
    public const int MessagesWrittenOffset = 0x58;
    public const int MessagesReadOffset = 0x60;
    public const int ClaimsAbortedOffset = 0x68;
    public const int MessagesRedeliveredOffset = 0x70;
    public const int CursorOffset = 0x78;

    /// <summary>The cursor word of who reads nothing.</summary>
    public const long NoCursor = 0;

    public const long FreeOwner = 0;

    /// <summary>
    /// The owner word of a handle that its program lost: no process has id 0, so it reads as dead, and the successor treats what
    /// the handle held as a dead owner's.
    /// </summary>
    public const long AbandonedOwner = 1L << 32;

    /// <summary>Packs an owner word. The tag tells two processes apart that got the same id one after the other.</summary>
    public static long PackOwner(int processId, uint startTimeTag) => ((long)startTimeTag << 32) | (uint)processId;

    /// <summary>The cursor word of a reader that reads next at this position.</summary>
    public static long PackCursor(long position) => position + 1;

    public static long PositionOf(long cursor) => cursor - 1;

    public static int ProcessIdOf(long owner) => (int)owner;

    public static uint StartTimeTagOf(long owner) => (uint)(owner >> 32);
}
