using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>
/// The producer's half of the SPSC protocol. The record that is published next has its header at the producer position, and
/// that header reads zero until the record is whole: the consumer polls it, so a small message costs one line transfer.
/// </summary>
/// <remarks>
/// Invariant I1: the header word at the producer position is zero, in memory, whenever the consumer can reach it.
/// Invariant I2: consumer position ≤ producer position ≤ consumer position + capacity − 8 (the next header has room).
/// Publishing keeps I1 by clearing the following header first (S1), then releasing this one (S3). Everything written before
/// S3 is unreachable: a producer that dies there leaves nothing to mend.
/// Position and counter are stored for others only now and then (every <see cref="HintBytes"/>, when the ring looks full, when
/// the handle goes): whoever needs the exact end walks on over the published headers.
/// In-band publication is the scheme of FastForward (Giacomoni, Moseley, Vachharajani, PPoPP 2008) with variable-length records.
/// One thread at a time; no member waits; nothing here allocates.
/// </remarks>
internal unsafe struct SpscProducerCore<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>How far the stored position may trail the real one, unless a single record or batch is longer.</summary>
    private const long HintBytes = 64 * 1024;

    private readonly SpscMap _map;
    private readonly byte* _data;
    private readonly long _mask;
    private readonly int _maxMessageBytes;

    /// <summary>
    /// The producer position; its lowest bit is the handle's busy mark (<see cref="RingHandle"/>) and nothing to the protocol.
    /// </summary>
    public long State;

    /// <summary>
    /// Up to here records need no closer look. At most <see cref="_consumerLimit"/>, and near enough for the next hint.
    /// </summary>
    private long _limit;

    /// <summary>The producer position must not pass this: last seen consumer position + capacity − one header.</summary>
    private long _consumerLimit;
    private long _messages;

    /// <summary>Not zero: messages are counted by position, from <see cref="_countedFrom"/>, where there were <see cref="_messages"/>.</summary>
    private long _valueRecordBytes;
    private long _countedFrom;

    public SpscProducerCore(in SpscMap map, long producerPosition, long messages)
    {
        _map = map;
        _data = map.Data;
        _mask = map.CapacityBytes - 1;
        _maxMessageBytes = map.MaxMessageBytes;
        State = producerPosition;
        _limit = producerPosition;
        _consumerLimit = producerPosition;
        _messages = messages;
    }

    public readonly long Position => State & ~(long)RingHandle.Busy;

    public readonly int MaxMessageBytes => _maxMessageBytes;

    private readonly long Messages =>
        _valueRecordBytes == 0 ? _messages : _messages + ((Position - _countedFrom) / _valueRecordBytes);

    /// <summary>
    /// From now on every record is of this size, so that their number follows from the position and nothing has to be counted.
    /// </summary>
    public void CountByPosition(long recordBytes)
    {
        _valueRecordBytes = recordBytes;
        _countedFrom = Position;
    }

    /// <summary>Writes one message, or returns false when there is no room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(ReadOnlySpan<byte> payload, int type)
    {
        if (!HasRoomAt(Position, payload.Length) && TryReserve(payload.Length) == null)
            return false;
        long next = WriteAt(Position, payload, type);
        State = next | (State & RingHandle.Busy);
        return true;
    }

    /// <summary>Writes one value as one message, or returns false when there is no room for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite<T>(in T value, int type) where T : unmanaged
    {
        long position = Position;
        long next = PutAt(position, value, type);
        if (next == position)
        {
            if (TryReserve(sizeof(T)) == null)
                return false;
            next = PutAt(position, value, type);
            // There is room, so that only a ring that was completed just now refuses; and then this throws.
            if (next == position)
                ThrowIfCompleted();
        }

        Advance(next, 1);
        return true;
    }

    /// <summary>
    /// The common case of writing a value: publishes it at the producer position and returns the position after it, which becomes
    /// the state. Returns the same position whenever anything needs a closer look. Never throws, and counts nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long PutAt<T>(long position, in T value, int type) where T : unmanaged
    {
        // Locals, because the compiler must suppose that every store below changes the fields.
        byte* data = _data;
        long mask = _mask;
        long next = position + RecordLayout.SizeOf(sizeof(T));
        // S13 acquire: the line is written once in the ring's life, so this load hits the cache. Pairs with S12.
        if (next > _limit || TMemory.LoadAcquire(_map.Completed, Edge.S13) != 0)
            return position;
        long* header = (long*)(data + (position & mask));
        TMemory.Write(SpscMap.PayloadOf(header), value, Edge.S2);
        // S1 plain: nobody can reach the following header before S3 makes this record reachable.
        TMemory.Store((long*)(data + (next & mask)), RecordLayout.Unpublished, Edge.S1);
        // S3 release: payload and the cleared header before this header. Pairs with S4 in the consumer.
        TMemory.StoreRelease(header, RecordLayout.EncodeHeader(sizeof(T), type), Edge.S3);
        return next;
    }

    /// <summary>
    /// Publishes bytes for which there is room at the producer position, counts them and returns the position after them, which
    /// becomes the state.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long WriteAt(long position, ReadOnlySpan<byte> payload, int type)
    {
        long* header = HeaderAt(position);
        TMemory.CopyIn(SpscMap.PayloadOf(header), payload, Edge.S2);
        long next = PublishAt(position, header, payload.Length, type);
        _messages++;
        return next;
    }

    /// <summary>The header of the record that is written next.</summary>
    public readonly long* NextHeader
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HeaderAt(Position);
    }

    /// <summary>
    /// The common case of <see cref="TryReserve"/>: false whenever anything needs a closer look. Never throws.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasRoomAt(long position, int payloadBytes)
    {
        // S13 acquire: the line is written once in the ring's life, so this load hits the cache. Pairs with S12.
        return (uint)payloadBytes <= (uint)_maxMessageBytes
            && position + RecordLayout.SizeOf(payloadBytes) <= _limit
            && TMemory.LoadAcquire(_map.Completed, Edge.S13) == 0;
    }

    /// <summary>Finds room for a payload: the header of the record to fill, or null when the ring is too full.</summary>
    public long* TryReserve(int payloadBytes)
    {
        if ((uint)payloadBytes > (uint)_maxMessageBytes)
            ThrowHelper.MessageTooLarge(payloadBytes, _maxMessageBytes);
        ThrowIfCompleted();
        long next = Position + RecordLayout.SizeOf(payloadBytes);
        return next <= _limit || TryExtendLimit(next) ? HeaderAt(Position) : null;
    }

    /// <summary>True when there is room for such a payload; nobody else takes it. Throws when there never will be.</summary>
    public bool HasRoom(int payloadBytes) => TryReserve(payloadBytes) != null;

    /// <summary>
    /// For a wait, after a refusal: true when another attempt will not be refused for want of room. Changes nothing; what makes no
    /// sense is left to that attempt to report.
    /// </summary>
    public readonly bool IsWorthTrying(int payloadBytes)
    {
        long longest = _map.CapacityBytes - RecordLayout.HeaderBytes;
        // S7 acquire: as in the attempt that follows. Pairs with S6.
        long used = unchecked(Position - TMemory.LoadAcquire(_map.ConsumerPosition, Edge.S7));
        // S13 acquire: as in the attempt that follows. Pairs with S12.
        bool isCompleted = TMemory.LoadAcquire(_map.Completed, Edge.S13) != 0;
        return isCompleted || used <= longest - RecordLayout.SizeOf(payloadBytes) || used > longest;
    }

    /// <summary>Publishes the record at the producer position; the payload is in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(long* header, int payloadBytes, int type)
    {
        Advance(PublishAt(Position, header, payloadBytes, type), 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly long PublishAt(long position, long* header, int payloadBytes, int type)
    {
        long next = position + RecordLayout.SizeOf(payloadBytes);
        // S1 plain: nobody can reach the following header before S3 makes this record reachable.
        TMemory.Store(HeaderAt(next), RecordLayout.Unpublished, Edge.S1);
        // S3 release: payload and the cleared header before this header. Pairs with S4 in the consumer.
        TMemory.StoreRelease(header, RecordLayout.EncodeHeader(payloadBytes, type), Edge.S3);
        return next;
    }

    /// <summary>
    /// Writes as many of the values as there is room for, in order, and makes them visible at once by publishing the first
    /// one's header last. A producer that dies before that has written none of them. Returns how many.
    /// </summary>
    public int TryWriteBatch<T>(ReadOnlySpan<T> values, int type) where T : unmanaged
    {
        ThrowIfCompleted();
        if (values.IsEmpty)
            return 0;
        long size = RecordLayout.SizeOf(sizeof(T));
        long wanted = Position + (size * values.Length);
        if (wanted > _limit)
            TryExtendLimit(wanted);
        int count = (int)Math.Min(values.Length, (_consumerLimit - Position) / size);
        if (count <= 0)
            return 0;
        // Locals, because the compiler must suppose that every store below changes the fields.
        byte* data = _data;
        long mask = _mask;
        long word = RecordLayout.EncodeHeader(sizeof(T), type);
        ref T value = ref MemoryMarshal.GetReference(values);
        long position = Position + size;
        for (nint i = 1; i < count; i++, position += size)
        {
            long* inner = (long*)(data + (position & mask));
            TMemory.Write(SpscMap.PayloadOf(inner), Unsafe.Add(ref value, i), Edge.S2);
            TMemory.Store(inner, word, Edge.S10);
        }

        long* first = HeaderAt(Position);
        TMemory.Write(SpscMap.PayloadOf(first), value, Edge.S2);
        PublishBatch(first, word, position, count);
        return count;
    }

    /// <summary>The same for messages of any length.</summary>
    public int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type)
    {
        ThrowIfCompleted();
        long position = Position;
        int count = 0;
        for (; count < messages.Length; count++)
        {
            ReadOnlySpan<byte> payload = messages[count].Span;
            if (payload.Length > _maxMessageBytes)
            {
                // What came before it is whole and goes out; the misfit is reported by the call that starts with it.
                if (count == 0)
                    ThrowHelper.MessageTooLarge(payload.Length, _maxMessageBytes);
                break;
            }

            long next = position + RecordLayout.SizeOf(payload.Length);
            if (next > _limit && !TryExtendLimit(next))
                break;
            long* header = HeaderAt(position);
            TMemory.CopyIn(SpscMap.PayloadOf(header), payload, Edge.S2);
            if (count > 0)
                TMemory.Store(header, RecordLayout.EncodeHeader(payload.Length, type), Edge.S10);
            position = next;
        }

        if (count > 0)
            PublishBatch(HeaderAt(Position), RecordLayout.EncodeHeader(messages[0].Length, type), position, count);
        return count;
    }

    /// <summary>Counts a claim that was given up. Nothing of it was ever visible.</summary>
    public readonly void CountAborted() =>
        TMemory.Store(_map.ProducerAborted, TMemory.Load(_map.ProducerAborted, Edge.S14) + 1, Edge.S14);

    private void PublishBatch(long* first, long word, long end, int count)
    {
        // S1 plain, S3 release: as in Publish; S3 also orders the inner headers (S10).
        TMemory.Store(HeaderAt(end), RecordLayout.Unpublished, Edge.S1);
        TMemory.StoreRelease(first, word, Edge.S3);
        Advance(end, count);
    }

    /// <summary>Stores how far this producer has come, for monitors and successors.</summary>
    public readonly void StoreHints()
    {
        // S8, S14 plain: a line that nobody polls; a successor walks on from here, a monitor takes it as a snapshot. In this
        // order a death in between leaves messages uncounted, not counted twice.
        TMemory.Store(_map.ProducerPosition, Position, Edge.S8);
        TMemory.Store(_map.ProducerMessages, Messages, Edge.S14);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(long position, int messages)
    {
        State = position | (State & RingHandle.Busy);
        if (_valueRecordBytes == 0)
            _messages += messages;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly long* HeaderAt(long position) => (long*)(_data + (position & _mask));

    // S13 acquire: what was published before completion is published still. Pairs with S12.
    public readonly bool IsCompleted => TMemory.LoadAcquire(_map.Completed, Edge.S13) != 0;

    public readonly void ThrowIfCompleted()
    {
        if (IsCompleted)
            ThrowHelper.Completed();
    }

    /// <summary>
    /// Moves the limit to where the record may end, if there is room; stores the hints on the way. The consumer position is
    /// loaded only when the one last seen does not do: its line belongs to the consumer.
    /// </summary>
    private bool TryExtendLimit(long next)
    {
        StoreHints();
        if (next > _consumerLimit)
        {
            // S7 acquire: the consumer's reads of these bytes are over before we write them. Pairs with S6.
            long consumerPosition = TMemory.LoadAcquire(_map.ConsumerPosition, Edge.S7);
            long used = Position - consumerPosition;
            if (used < 0 || used > _map.CapacityBytes - RecordLayout.HeaderBytes || consumerPosition < 0)
            {
                ThrowHelper.CorruptPosition(
                    "consumer", consumerPosition, $"0 to the producer position {Position}, within the capacity");
            }

            _consumerLimit = consumerPosition + _map.CapacityBytes - RecordLayout.HeaderBytes;
        }

        _limit = Math.Min(_consumerLimit, Math.Max(next, Position + HintBytes));
        return next <= _consumerLimit;
    }

}
