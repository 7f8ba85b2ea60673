using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>
/// The consumer's half of the SPSC protocol: poll the header at the consumer position, read the payload in place, release by
/// storing the consumer position. What is not released is delivered again to a successor.
/// </summary>
/// <remarks>One thread at a time; no member waits; nothing here allocates.</remarks>
internal unsafe struct SpscConsumerCore<TMemory>
    where TMemory : struct, IMemory
{
    private readonly SpscMap _map;
    private readonly byte* _data;
    private readonly long _mask;
    private readonly int _maxMessageBytes;

    /// <summary>
    /// The consumer position; its lowest bit is the handle's busy mark (<see cref="RingHandle"/>) and nothing to the protocol.
    /// </summary>
    public long State;

    private long _redeliverBelow;
    private long _messages;

    public SpscConsumerCore(in SpscMap map, long consumerPosition, long redeliverBelow, long messages)
    {
        _map = map;
        _data = map.Data;
        _mask = map.CapacityBytes - 1;
        _maxMessageBytes = map.MaxMessageBytes;
        State = consumerPosition;
        _redeliverBelow = redeliverBelow;
        _messages = messages;
    }

    public readonly long Position => State & ~(long)RingHandle.Busy;

    public readonly long Messages => _messages;

    /// <summary>
    /// True when the message at this position may have been handed out already: by a predecessor that died, or in a batch, here or
    /// there, that gave it back.
    /// </summary>
    public readonly bool IsRedelivered(long position) => position < _redeliverBelow;

    /// <summary>True when the record is one that a producer of this ring published.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsReadable(in SpscRecord record) => RecordLayout.IsPublished(record.Header, _maxMessageBytes);

    /// <summary>Finds the next message without taking it. False when there is none yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryPeek(out SpscRecord record) => TryPeekAt(Position, out record);

    /// <summary>Takes one value and releases it. False when there is none yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead<T>(out T value) where T : unmanaged
    {
        long position = Position;
        long next = TakeAt(position, out value, out long header);
        if (next == position)
        {
            if (header == RecordLayout.Unpublished)
                return false;
            if (!RecordLayout.IsPublishedWithLength(header, sizeof(T)))
                throw CorruptRecord(position, header);
            TMemory.Read(SpscMap.PayloadOf((long*)(_data + (position & _mask))), out value, Edge.S5);
            next = ReleaseAt(position, RecordLayout.SizeOf(sizeof(T)));
        }

        State = next | (State & RingHandle.Busy);
        return true;
    }

    /// <summary>
    /// The common case of <see cref="TryRead"/>: takes the value at the consumer position, releases it and returns the position after
    /// it, which becomes the state. Returns the same position and the header whenever anything needs a closer look. Never throws, and
    /// calls nothing, so that its caller needs no registers saved.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long TakeAt<T>(long position, out T value, out long header) where T : unmanaged
    {
        long* word = (long*)(_data + (position & _mask));
        // S4 acquire: the header before the payload and before the following header. Pairs with S3.
        header = TMemory.LoadAcquire(word, Edge.S4);
        if (!RecordLayout.IsPublishedWithLength(header, sizeof(T)) || position < _redeliverBelow)
        {
            value = default;
            return position;
        }

        TMemory.Read(SpscMap.PayloadOf(word), out value, Edge.S5);
        position += RecordLayout.SizeOf(sizeof(T));
        CountAndStore(position, 1);
        return position;
    }

    /// <summary>Takes values until the destination is full or the ring is empty; releases them at once. Returns how many.</summary>
    public int TryReadBatch<T>(Span<T> destination) where T : unmanaged
    {
        // Locals, because the compiler must suppose that every store below changes the fields.
        byte* data = _data;
        long mask = _mask;
        long size = RecordLayout.SizeOf(sizeof(T));
        long start = Position, position = start;
        // As IsWithinLap, for records of one size.
        long most = Math.Min(destination.Length, (mask + 1 - RecordLayout.HeaderBytes + size - 1) / size);
        ref T first = ref MemoryMarshal.GetReference(destination);
        nint count = 0;
        for (; count < most; count++, position += size)
        {
            long* word = (long*)(data + (position & mask));
            // S4 acquire: the header before the payload and before the following header. Pairs with S3.
            long header = TMemory.LoadAcquire(word, Edge.S4);
            if (!RecordLayout.IsPublishedWithLength(header, sizeof(T)))
            {
                if (header != RecordLayout.Unpublished)
                    throw CorruptRecord(position, header);
                break;
            }

            TMemory.Read(SpscMap.PayloadOf(word), out Unsafe.Add(ref first, count), Edge.S5);
        }

        if (count > 0)
            ReleaseBatch(position - start, (int)count, RedeliveredIn(size, (int)count));
        return (int)count;
    }

    /// <summary>
    /// False for a position that no record can have before something is released (I2). It ends a batch over headers that never
    /// end, which only a damaged ring has.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsWithinLap(long position) => position - Position < _mask + 1 - RecordLayout.HeaderBytes;

    /// <summary>Finds the message at a position at or after the consumer position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryPeekAt(long position, out SpscRecord record)
    {
        record = PeekAt(position);
        if (IsReadable(record))
            return true;
        return record.IsEmpty ? false : throw CorruptRecord(position, record.Header);
    }

    /// <summary>
    /// Notes, before a batch hands out the message that ends here, that it may have been delivered: a batch releases later
    /// than it delivers, and a successor must flag all that was delivered.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void NoteDelivered(long endPosition) =>
        // S11 plain: our own word; it is read only after the kernel has confirmed our death.
        TMemory.Store(_map.DeliveredThrough, endPosition, Edge.S11);

    /// <summary>
    /// Ends a batch that handed out the messages before this position, after what it releases is released. The rest comes again,
    /// to this consumer or to its successor, and must be flagged. The mark is stored now: a later, shorter batch lowers the note.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndBatch(long deliveredEnd)
    {
        if (deliveredEnd > Position)
            MarkDelivered(deliveredEnd);
    }

    /// <summary>Hands the bytes of the message at the consumer position back to the producer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(long bytes) => State = ReleaseAt(Position, bytes) | (State & RingHandle.Busy);

    /// <summary>
    /// The same for a caller that has the position at hand (reading it back would wait for the last store) and that stores the
    /// returned position as the state.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReleaseAt(long position, long bytes)
    {
        if (position < _redeliverBelow)
            CountRedelivered(1);
        position += bytes;
        CountAndStore(position, 1);
        return position;
    }

    /// <summary>Hands the bytes of several messages back at once.</summary>
    public void ReleaseBatch(long bytes, int messages, int redelivered)
    {
        if (redelivered > 0)
            CountRedelivered(redelivered);
        Advance(bytes, messages);
    }

    /// <summary>True when the ring was completed and everything in it has been read.</summary>
    public readonly bool IsDrained()
    {
        // S13 acquire, then S4: every publication that happened before completion is visible to the header load. Pairs with S12.
        return TMemory.LoadAcquire(_map.Completed, Edge.S13) != 0 && !TryPeek(out _);
    }

    /// <summary>For a wait: true when there is a message, or something that is none, or when nothing more will come. Changes nothing.</summary>
    public readonly bool IsWorthTrying() =>
        // S13 acquire: as in IsDrained. Pairs with S12.
        !PeekAt(Position).IsEmpty || TMemory.LoadAcquire(_map.Completed, Edge.S13) != 0;

    public static RingCorruptException CorruptRecord(long position, long header) => new(
        $"The record header at position {position} is 0x{header:X16}, which no producer of this ring writes.");

    /// <summary>Loads the header at a position and judges nothing. Never throws.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly SpscRecord PeekAt(long position)
    {
        long* header = (long*)(_data + (position & _mask));
        // S4 acquire: the header before the payload and before the following header. Pairs with S3.
        long word = TMemory.LoadAcquire(header, Edge.S4);
        return new SpscRecord(SpscMap.PayloadOf(header), word);
    }

    private void Advance(long bytes, int messages)
    {
        long position = Position + bytes;
        CountAndStore(position, messages);
        State = position | (State & RingHandle.Busy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountAndStore(long position, int messages)
    {
        long count = _messages + messages;
        _messages = count;
        // S14 plain: our own counter, a snapshot for monitors.
        TMemory.Store(_map.ConsumerMessages, count, Edge.S14);
        // S6 release: our payload reads before the position that lets the producer write here. Pairs with S7.
        TMemory.StoreRelease(_map.ConsumerPosition, position, Edge.S6);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MarkDelivered(long end)
    {
        _redeliverBelow = Math.Max(_redeliverBelow, end);
        // S11 plain: our own word; a successor reads it after P3 or after our confirmed death.
        TMemory.Store(_map.RedeliverBelow, _redeliverBelow, Edge.S11);
    }

    /// <summary>How many of the next records of this size may have been handed out before.</summary>
    private readonly int RedeliveredIn(long sizeBytes, int count) =>
        Position >= _redeliverBelow
            ? 0
            : (int)Math.Min(count, (_redeliverBelow - Position + sizeBytes - 1) / sizeBytes);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void CountRedelivered(int messages) =>
        TMemory.Store(_map.ConsumerRedelivered, TMemory.Load(_map.ConsumerRedelivered, Edge.S14) + messages, Edge.S14);
}
