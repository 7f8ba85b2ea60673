using System.Runtime.CompilerServices;

namespace RingShm.Layout;

/// <summary>The SPSC record: an 8-byte header, the payload, padding to the next multiple of 8.</summary>
/// <remarks>
/// <code>
///  63 ........................ 32 | 31        | 30 ................... 0
///  user type tag                  | published | payload length in bytes
/// </code>
/// The published bit makes the header of an empty message with type 0 differ from zero, which means "nothing here yet".
/// </remarks>
internal static class RecordLayout
{
    public const int HeaderBytes = 8;
    public const int AlignmentBytes = 8;

    /// <summary>Header value of a record that is not published.</summary>
    public const long Unpublished = 0;

    private const long PublishedBit = 1L << 31;
    private const long LengthMask = PublishedBit - 1;

    /// <summary>The longest payload whose record size still fits an <see cref="int"/> span with its padding.</summary>
    public const long LongestPayloadBytes = int.MaxValue - 64;

    /// <summary>Bytes of the ring that a payload of this length takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SizeOf(long payloadBytes) =>
        (payloadBytes + HeaderBytes + (AlignmentBytes - 1)) & ~(long)(AlignmentBytes - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long EncodeHeader(int payloadBytes, int type) => ((long)type << 32) | PublishedBit | (uint)payloadBytes;

    /// <summary>The length field; the caller checks it against its private limit before it makes a span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(long header) => (int)(header & LengthMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TypeOf(long header) => (int)(header >> 32);

    /// <summary>
    /// True for the header of a published record whose payload is at most this long. One comparison: the published bit is
    /// subtracted, so that a header without it becomes a length that no ring allows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPublished(long header, int maxPayloadBytes) =>
        (uint)header - (uint)PublishedBit <= (uint)maxPayloadBytes;

    /// <summary>True for the header of a published record whose payload is exactly this long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPublishedWithLength(long header, int payloadBytes) =>
        (uint)header == ((uint)PublishedBit | (uint)payloadBytes);
}
