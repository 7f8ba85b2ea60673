using System.Numerics;
using System.Runtime.CompilerServices;

namespace RingShm.Layout;

/// <summary>
/// An MPMC ring's words as pointers, and its geometry, both private to this process: made once when the region is opened. The
/// two layouts differ only in the strides: words stand in the slots themselves, or in a table of their own.
/// </summary>
internal readonly unsafe struct MpmcMap
{
    private const long MostGranulesAhead = 64;

    private readonly byte* _words;
    private readonly byte* _records;
    private readonly byte* _payloads;
    private readonly byte* _rows;
    private readonly long _wordStrideBytes;
    private readonly long _granuleBytes;
    private readonly long _mask;
    private readonly int _lapShift;
    private readonly int _granuleShift;

    public MpmcMap(byte* region, in RingGeometry geometry)
    {
        byte* control = region + geometry.ControlOffset;
        byte* data = region + geometry.DataOffset;
        _granuleBytes = geometry.GranuleBytes;
        _mask = geometry.GranuleCount - 1;
        _lapShift = BitOperations.Log2((ulong)geometry.GranuleCount);
        _granuleShift = BitOperations.Log2((ulong)geometry.GranuleBytes);
        _rows = region + geometry.RowsOffset;
        HasOneGranuleMessages = geometry.HasInlineWords;
        _words = HasOneGranuleMessages ? data : region + geometry.WordsOffset;
        _wordStrideBytes = HasOneGranuleMessages ? geometry.GranuleBytes : MpmcLayout.WordBytes;
        _records = HasOneGranuleMessages ? data + MpmcLayout.WordBytes : data;
        HasRecordHeaders = geometry.FixedMessageBytes == 0;
        _payloads = HasRecordHeaders ? _records + MpmcLayout.RecordHeaderBytes : _records;
        MaxMessageBytes = (int)geometry.MaxMessageBytes;
        MaxGranules = GranulesFor(MaxMessageBytes);
        RowCount = geometry.RowCount;
        HasOneProducer = geometry.HasOneProducer;
        HasOneConsumer = geometry.HasOneConsumer;
        GranulesAhead = Math.Min(MostGranulesAhead, GranuleCount);
        DropsWhatTheDeadHeld = geometry.DropsWhatTheDeadHeld;
        Completed = (long*)(control + MpmcLayout.CompletedOffset);
        Attention = (long*)(control + MpmcLayout.AttentionOffset);
        ProducerPosition = (long*)(control + MpmcLayout.ProducerPositionOffset);
        ConsumerPosition = (long*)(control + MpmcLayout.ConsumerPositionOffset);
        ClaimsRecovered = (long*)(control + MpmcLayout.ClaimsRecoveredOffset);
        LeasesRecovered = (long*)(control + MpmcLayout.LeasesRecoveredOffset);
        MessagesDropped = (long*)(control + MpmcLayout.MessagesDroppedOffset);
        RowsSwept = (long*)(control + MpmcLayout.RowsSweptOffset);
    }

    /// <summary>Granules of the ring, a power of two.</summary>
    public long GranuleCount => _mask + 1;

    public long GranuleBytes => _granuleBytes;

    public int MaxMessageBytes { get; }

    public int MaxGranules { get; }

    public int RowCount { get; }

    public bool HasOneGranuleMessages { get; }

    /// <summary>False in rings of values of one length: there is nothing to say about them.</summary>
    public bool HasRecordHeaders { get; }

    public bool HasOneProducer { get; }

    public bool HasOneConsumer { get; }

    /// <summary>How far ahead a single producer or consumer announces its interval: less than a lap, in which each granule is but once.</summary>
    public long GranulesAhead { get; }

    public bool DropsWhatTheDeadHeld { get; }

    public long* Completed { get; }

    public long* Attention { get; }

    public long* ProducerPosition { get; }

    public long* ConsumerPosition { get; }

    public long* ClaimsRecovered { get; }

    public long* LeasesRecovered { get; }

    public long* MessagesDropped { get; }

    public long* RowsSwept { get; }

    /// <summary>The word of the granule at a position. Masking keeps it inside the view whatever the position is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long* WordAt(long position) => (long*)(_words + ((position & _mask) * _wordStrideBytes));

    /// <summary>The header of the record that starts at a position, where records have one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* RecordAt(long position) => _records + ((position & _mask) * _granuleBytes);

    /// <summary>The first payload byte of the record that starts at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* PayloadAt(long position) => _payloads + ((position & _mask) * _granuleBytes);

    /// <summary>The lap of a position, as words carry it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint LapOf(long position) => (uint)(position >> _lapShift);

    /// <summary>Granules that a payload of this length takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int GranulesFor(int payloadBytes) => HasOneGranuleMessages
        ? 1
        : (int)((payloadBytes + MpmcLayout.RecordHeaderBytes + _granuleBytes - 1) >> _granuleShift);

    /// <summary>The position of this index whose lap the word carries, near a known position; -1 when there is none.</summary>
    public long PositionOf(long index, long word, long near)
    {
        long position = (near & ~_mask) | (index & _mask);
        for (int lapsBack = 0; lapsBack <= 1; lapsBack++, position -= GranuleCount)
        {
            if (position >= 0 && LapOf(position) == MpmcWord.LapOf(word))
                return position;
        }

        return -1;
    }

    public MpmcRow Row(int index) => new(_rows + ((long)index * RowLayout.StrideBytes), index);
}
