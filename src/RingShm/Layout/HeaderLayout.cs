namespace RingShm.Layout;

/// <summary>
/// Offsets of the identity page, the first 4096 bytes of every region. docs/FORMAT.md is the normative copy.
/// </summary>
/// <remarks>
/// <code>
///  offset  size  field                      written
///  0x000   8     magic "RINGSHM1"           by the creator, first of all
///  0x008   2     format major               by the creator ┐
///  0x00A   2     format minor                              │
///  0x00C   4     kind                                      │
///  0x010   4     flags                                     │
///  0x014   4     liveness model                            │
///  0x018   8     total bytes                               │ covered by the checksum,
///  0x020   8     capacity bytes                            │ never written again
///  0x028   8     overhang bytes                            │
///  0x030   8     maximum message bytes                     │
///  0x038   8     fixed message bytes (0 = variable)        │
///  0x040   8     control offset                            │
///  0x048   8     rows offset                               │
///  0x050   4     row count                                 │
///  0x054   4     row stride bytes                          │
///  0x058   8     data offset                               │
///  0x060   8     creation time, Unix microseconds          │
///  0x068   16    creation id                               ┘
///  0x078   4     CRC-32C of bytes 0x000..0x077
///  0x07C   4     zero
///  0x080   8     ready word                 by the creator, last of all
/// </code>
/// The ready word starts a cache-line pair of its own, so that the identity's lines are never written after creation.
/// </remarks>
internal static class HeaderLayout
{
    public const int PageBytes = 4096;

    /// <summary>"RINGSHM1" read as a little-endian word.</summary>
    public const long Magic = 0x314D_4853_474E_4952;

    public const ushort FormatMajor = 1;
    public const ushort FormatMinor = 0;

    public const int MagicOffset = 0x000;
    public const int FormatMajorOffset = 0x008;
    public const int FormatMinorOffset = 0x00A;
    public const int KindOffset = 0x00C;
    public const int FlagsOffset = 0x010;
    public const int LivenessModelOffset = 0x014;
    public const int TotalBytesOffset = 0x018;
    public const int CapacityBytesOffset = 0x020;
    public const int OverhangBytesOffset = 0x028;
    public const int MaxMessageBytesOffset = 0x030;
    public const int FixedMessageBytesOffset = 0x038;
    public const int ControlOffsetOffset = 0x040;
    public const int RowsOffsetOffset = 0x048;
    public const int RowCountOffset = 0x050;
    public const int RowStrideBytesOffset = 0x054;
    public const int DataOffsetOffset = 0x058;
    public const int CreationTimeOffset = 0x060;
    public const int CreationIdOffset = 0x068;
    public const int ChecksumOffset = 0x078;
    public const int ReadyOffset = 0x080;

    /// <summary>"READY\0\0\1" as a little-endian word: the region is whole.</summary>
    public const long ReadyValue = 0x0100_0059_4441_4552;

    /// <summary>
    /// The file byte whose kernel lock the creator holds (Linux files, Windows files). Far beyond any data, below 2^63.
    /// Row r's lock is the byte at <see cref="RowLockBase"/> + r.
    /// </summary>
    public const long CreationLockByte = 0x4000_0000_0000_0000;

    /// <summary>
    /// The file byte that every user of the region has locked shared; who makes the region anew must hold it exclusively, so
    /// that no damage to the ready word can make anybody cut a file that others have mapped.
    /// </summary>
    public const long UseLockByte = 0x4000_0000_0000_0001;

    public const long RowLockBase = 0x4000_0000_0000_1000;
}
