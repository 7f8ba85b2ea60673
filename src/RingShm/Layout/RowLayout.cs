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
/// </code>
/// </remarks>
internal static class RowLayout
{
    public const int StrideBytes = 128;

    public const int OwnerOffset = 0x00;
    public const int RoleOffset = 0x08;
    public const int GenerationOffset = 0x10;
    public const int StartTimeOffset = 0x18;
    public const int AttachTimeOffset = 0x20;

    public const long FreeOwner = 0;

    /// <summary>
    /// The owner word of a handle that its program lost: no process has id 0, so it reads as dead, and the successor treats what
    /// the handle held as a dead owner's.
    /// </summary>
    public const long AbandonedOwner = 1L << 32;

    /// <summary>Packs an owner word. The tag tells two processes apart that got the same id one after the other.</summary>
    public static long PackOwner(int processId, uint startTimeTag) => ((long)startTimeTag << 32) | (uint)processId;

    public static int ProcessIdOf(long owner) => (int)owner;

    public static uint StartTimeTagOf(long owner) => (uint)(owner >> 32);
}
