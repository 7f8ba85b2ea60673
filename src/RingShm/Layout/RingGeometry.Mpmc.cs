using System.Numerics;

namespace RingShm.Layout;

/// <summary>What an MPMC ring adds: granules, their words, and who may take part.</summary>
internal readonly partial record struct RingGeometry
{
    private const int OneProducerFlag = 1;
    private const int OneConsumerFlag = 2;
    private const int DropsFlag = 4;

    /// <summary>All flags of an MPMC region that this version knows.</summary>
    public const int KnownFlags = OneProducerFlag | OneConsumerFlag | DropsFlag;

    /// <summary>The header's flags.</summary>
    public int Flags => PackFlags(HasOneProducer, HasOneConsumer, DropsWhatTheDeadHeld) | PackBroadcastFlags(HasOneProducer, IsLossy, EvictsSlowReaders);

    /// <summary>The longest message of an MPMC ring: all its granules, or as many as a word can count of the largest granule.</summary>
    public static long LargestMpmcMessageBytes(long capacityBytes) =>
        Math.Min(capacityBytes - MpmcLayout.RecordHeaderBytes, RecordLayout.LongestPayloadBytes);

    /// <summary>Flags as the header has them.</summary>
    public static int PackFlags(bool oneProducer, bool oneConsumer, bool drops) =>
        (oneProducer ? OneProducerFlag : 0) | (oneConsumer ? OneConsumerFlag : 0) | (drops ? DropsFlag : 0);

    /// <summary>The geometry of an MPMC ring. A limit of 0 means the default, half the capacity.</summary>
    public static RingGeometry ForMpmc(long capacityBytes, long maxMessageBytes, long fixedMessageBytes, int participants, int flags) =>
        ForSlots(RingKind.Mpmc, capacityBytes, maxMessageBytes, fixedMessageBytes, participants, flags);

    private static RingGeometry ForSlots(
        RingKind kind, long capacityBytes, long maxMessageBytes, long fixedMessageBytes, int participants, int flags)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(fixedMessageBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(participants, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(participants, MpmcWord.MaxRows - MpmcLayout.FirstSharedRow);
        if (fixedMessageBytes != 0 && maxMessageBytes != 0 && maxMessageBytes != fixedMessageBytes)
            throw new ArgumentException(
                $"A ring of {fixedMessageBytes}-byte values was asked for with a longest message of {maxMessageBytes} bytes.", nameof(maxMessageBytes));
        long capacity = RoundCapacity(capacityBytes);
        long limit = fixedMessageBytes != 0 ? fixedMessageBytes
            : maxMessageBytes != 0 ? maxMessageBytes
            : Math.Min(capacity / 2, RecordLayout.LongestPayloadBytes);
        if (limit > LargestMpmcMessageBytes(capacity))
            throw new ArgumentOutOfRangeException(
                nameof(maxMessageBytes), limit,
                $"A ring of {capacity} bytes carries messages of at most {LargestMpmcMessageBytes(capacity)} bytes.");
        checked
        {
            long slot = SlotBytes(limit, fixedMessageBytes != 0 ? 0 : MpmcLayout.RecordHeaderBytes);
            bool isInline = fixedMessageBytes != 0 || slot <= MpmcLayout.LargestInlineSlotBytes;
            long granule = isInline ? slot : GranuleBytesFor(limit);
            long count = Math.Max(2, 1L << BitOperations.Log2((ulong)Math.Max(1, capacity / granule)));
            long control = HeaderLayout.PageBytes;
            long rows = control + MpmcLayout.ControlBytes;
            int rowCount = MpmcLayout.FirstSharedRow + participants;
            long words = RoundUp(rows + (rowCount * (long)RowLayout.StrideBytes), HeaderLayout.PageBytes);
            long data = isInline ? words : RoundUp(words + (count * MpmcLayout.WordBytes), HeaderLayout.PageBytes);
            long overhang = isInline ? 0 : RoundUp(limit + MpmcLayout.RecordHeaderBytes, granule);
            return new RingGeometry
            {
                Kind = kind,
                CapacityBytes = capacity,
                OverhangBytes = overhang,
                MaxMessageBytes = limit,
                FixedMessageBytes = fixedMessageBytes,
                ControlOffset = control,
                RowsOffset = rows,
                RowCount = rowCount,
                RowStrideBytes = RowLayout.StrideBytes,
                DataOffset = data,
                TotalBytes = RoundUp(data + (count * granule) + overhang, HeaderLayout.PageBytes),
                GranuleBytes = granule,
                GranuleCount = count,
                HasInlineWords = isInline,
                WordsOffset = words,
                HasOneProducer = (flags & OneProducerFlag) != 0,
                HasOneConsumer = (flags & OneConsumerFlag) != 0,
                DropsWhatTheDeadHeld = (flags & DropsFlag) != 0,
                IsLossy = (flags & LossyFlag) != 0,
                EvictsSlowReaders = (flags & EvictsFlag) != 0,
            };
        }
    }

    /// <summary>
    /// Word, record header (values of one length have none) and payload: a power of two up to a cache line, whole lines beyond it.
    /// </summary>
    private static long SlotBytes(long payloadBytes, int headerBytes)
    {
        long bytes = checked(payloadBytes + MpmcLayout.WordBytes + headerBytes);
        return bytes <= MpmcLayout.SmallestGranuleBytes
            ? (long)BitOperations.RoundUpToPowerOf2((ulong)bytes)
            : RoundUp(bytes, MpmcLayout.SmallestGranuleBytes);
    }

    /// <summary>The smallest granule of which the longest message does not take more than a word can count.</summary>
    private static long GranuleBytesFor(long payloadBytes)
    {
        long granule = MpmcLayout.SmallestGranuleBytes;
        while ((payloadBytes + MpmcLayout.RecordHeaderBytes + granule - 1) / granule > MpmcWord.MaxGranules)
            granule *= 2;
        return granule;
    }
}
