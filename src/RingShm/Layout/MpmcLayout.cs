namespace RingShm.Layout;

/// <summary>Offsets of an MPMC ring's control lines, from the control offset, and the record header.</summary>
/// <remarks>
/// <code>
///  offset  writer          words
///  0x000   anyone, rarely  completed, attention   (all poll them: lines stay shared, reading them is free)
///  0x080   producers       producer position
///  0x100   consumers       consumer position
///  0x180   survivors       claims recovered, leases recovered, messages dropped, lost rows swept
/// </code>
/// Positions are in granules since creation. Where lengths vary, a record is an 8-byte header and the payload; where they are fixed it is the value alone:
/// <code>
///  63 ........................ 32 | 31 ................... 0
///  user type tag                  | payload length in bytes
/// </code>
/// </remarks>
internal static class MpmcLayout
{
    public const int CompletedOffset = 0x000;
    public const int AttentionOffset = 0x008;

    public const int ProducerPositionOffset = 0x080;
    public const int ConsumerPositionOffset = 0x100;

    public const int ClaimsRecoveredOffset = 0x180;
    public const int LeasesRecoveredOffset = 0x188;
    public const int MessagesDroppedOffset = 0x190;
    public const int RowsSweptOffset = 0x198;

    public const int ControlBytes = 0x1000;

    /// <summary>The row of a side that is declared single; other participants take the rows behind these two.</summary>
    public const int SingleProducerRow = 0;
    public const int SingleConsumerRow = 1;
    public const int FirstSharedRow = 2;

    public const int DefaultParticipants = 64;

    public const int WordBytes = 8;
    public const int RecordHeaderBytes = 8;

    /// <summary>The granule of rings whose messages span several, unless their longest message needs a larger one.</summary>
    public const int SmallestGranuleBytes = 64;

    /// <summary>Rings of variable length whose longest message fits such a slot have one granule a message, word included.</summary>
    public const int LargestInlineSlotBytes = 256;

    public static long EncodeRecord(int lengthBytes, int type) => ((long)type << 32) | (uint)lengthBytes;

    public static int LengthOf(long record) => (int)record;

    public static int TypeOf(long record) => (int)(record >> 32);
}
