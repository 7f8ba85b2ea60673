using System.Numerics;

namespace RingShm.Layout;

/// <summary>
/// Where everything in a region lies. Computed here and nowhere else, with checked 64-bit arithmetic, from a few numbers; an
/// opener computes it again from the header's and refuses a region whose other fields disagree.
/// </summary>
internal readonly partial record struct RingGeometry
{
    public const long SmallestCapacityBytes = 64;
    public const long LargestCapacityBytes = 1L << 46;
    public const long DefaultCapacityBytes = 1 << 20;

    public RingKind Kind { get; private init; }

    /// <summary>Bytes of ring, a power of two, so that an index is a masked position.</summary>
    public long CapacityBytes { get; private init; }

    /// <summary>
    /// Bytes behind the ring into which the record that crosses its end runs on, so that every record is contiguous
    /// and none needs padding (docs/adr/0001).
    /// </summary>
    public long OverhangBytes { get; private init; }

    public long MaxMessageBytes { get; private init; }

    /// <summary>The one payload length of a typed ring, or 0 where lengths vary.</summary>
    public long FixedMessageBytes { get; private init; }

    public long ControlOffset { get; private init; }

    public long RowsOffset { get; private init; }

    public int RowCount { get; private init; }

    public int RowStrideBytes { get; private init; }

    public long DataOffset { get; private init; }

    public long TotalBytes { get; private init; }

    /// <summary>The unit in which positions count: a slot where every message has one, else what messages span one or more of.</summary>
    public long GranuleBytes { get; private init; }

    /// <summary>A power of two.</summary>
    public long GranuleCount { get; private init; }

    /// <summary>True when every message has one granule, and the granule holds its word.</summary>
    public bool HasInlineWords { get; private init; }

    /// <summary>The table of words, where they are not in the slots; else the data offset.</summary>
    public long WordsOffset { get; private init; }

    public bool HasOneProducer { get; private init; }

    public bool HasOneConsumer { get; private init; }

    /// <summary>Messages that a dead consumer held are dropped and counted, not delivered again.</summary>
    public bool DropsWhatTheDeadHeld { get; private init; }

    /// <summary>Broadcast: writers never wait for readers.</summary>
    public bool IsLossy { get; private init; }

    /// <summary>Broadcast: a reader that is a whole ring behind loses its place.</summary>
    public bool EvictsSlowReaders { get; private init; }

    /// <summary>The longest message that a ring of this capacity can carry: its record and the next header must fit.</summary>
    public static long LargestMessageBytes(long capacityBytes) =>
        Math.Min(capacityBytes - (2 * RecordLayout.HeaderBytes), RecordLayout.LongestPayloadBytes);

    /// <summary>Rounds a wished capacity up to what will be used.</summary>
    public static long RoundCapacity(long capacityBytes)
    {
        if (capacityBytes is <= 0 or > LargestCapacityBytes)
            throw new ArgumentOutOfRangeException(
                nameof(capacityBytes), capacityBytes, $"A capacity is 1 to {LargestCapacityBytes} bytes.");
        return (long)Math.Max((ulong)SmallestCapacityBytes, BitOperations.RoundUpToPowerOf2((ulong)capacityBytes));
    }

    /// <summary>The geometry of an SPSC ring. A limit of 0 means the default, half the capacity.</summary>
    public static RingGeometry ForSpsc(long capacityBytes, long maxMessageBytes, long fixedMessageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(fixedMessageBytes);
        if (fixedMessageBytes != 0 && maxMessageBytes != 0 && maxMessageBytes != fixedMessageBytes)
            throw new ArgumentException(
                $"A ring of {fixedMessageBytes}-byte values was asked for with a longest message of {maxMessageBytes} bytes.", nameof(maxMessageBytes));
        long capacity = RoundCapacity(capacityBytes);
        long largest = LargestMessageBytes(capacity);
        long limit = fixedMessageBytes != 0 ? fixedMessageBytes
            : maxMessageBytes != 0 ? maxMessageBytes
            : Math.Min(capacity / 2, largest);
        if (limit > largest)
            throw new ArgumentOutOfRangeException(
                nameof(maxMessageBytes), limit, $"A ring of {capacity} bytes carries messages of at most {largest} bytes.");
        checked
        {
            long overhang = RoundUp(RecordLayout.SizeOf(limit), RowLayout.StrideBytes);
            long control = HeaderLayout.PageBytes;
            long rows = control + SpscLayout.ControlBytes;
            long data = RoundUp(rows + (SpscLayout.RowCount * (long)RowLayout.StrideBytes), HeaderLayout.PageBytes);
            return new RingGeometry
            {
                Kind = RingKind.Spsc,
                CapacityBytes = capacity,
                OverhangBytes = overhang,
                MaxMessageBytes = limit,
                FixedMessageBytes = fixedMessageBytes,
                ControlOffset = control,
                RowsOffset = rows,
                RowCount = SpscLayout.RowCount,
                RowStrideBytes = RowLayout.StrideBytes,
                DataOffset = data,
                TotalBytes = RoundUp(data + capacity + overhang, HeaderLayout.PageBytes),
            };
        }
    }

    private static long RoundUp(long value, long multiple) => checked((value + multiple - 1) / multiple * multiple);
}
