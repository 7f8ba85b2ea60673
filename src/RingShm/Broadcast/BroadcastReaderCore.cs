using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Broadcast;

/// <summary>A place in a broadcast ring to which a reader can go back: before a message that it found, and what it had counted by then.</summary>
internal readonly record struct ReaderPlace(long Position, long Number, long Messages, long MessagesLost, long LostBefore);

/// <summary>
/// A reader's half of the broadcast protocol: look at the word at its own cursor, read the message, move the cursor on. In a reliable
/// ring the cursor holds the writers back, and messages are read in place. Where writers do not wait, a message is copied first,
/// and judged afterwards: if by then it may have been written over, the copy counts for nothing.
/// </summary>
/// <remarks>
/// Invariant B4: the cursor in the row is at or before the message that is being read, from the moment it was announced. (Only where
/// writers wait does anybody rely on it.)
/// Invariant B5: the number of the next message is exactly how many messages were published before the cursor. It begins with a pair of
/// position and number that holds, goes on with each message, and after a loss is replaced by another such pair; the difference is
/// what was lost.
/// One thread at a time; no member waits; nothing here allocates but a copy's buffer when it has to grow.
/// </remarks>
internal unsafe partial struct BroadcastReaderCore<TMemory>
    where TMemory : struct, IMemory
{
    private readonly BroadcastMap _map;
    private readonly MpmcMap _slots;
    private readonly MpmcRow _row;
    private readonly ReaderResume _resume;

    private long _position;
    private long _number;

    /// <summary>The granules of the message at the position, when one has been found there.</summary>
    private int _granules;
    private long _messages;

    /// <summary>Messages were handed out that the cursor has to stay before, or that the caller does not have yet.</summary>
    private bool _isBatchOpen;

    /// <summary>Messages lost since the last one that was handed out.</summary>
    private long _lostBefore;

    public BroadcastReaderCore(in BroadcastMap map, in MpmcRow row, ReaderStart start, ReaderResume resume)
    {
        _map = map;
        _slots = map.Slots;
        _row = row;
        _resume = resume;
        _messages = TMemory.Load(row.MessagesRead, Edge.M20);
        MessagesLost = TMemory.Load(row.MessagesLost, Edge.M20);
        Announce();
        if (start != ReaderStart.Oldest)
            GoTo(start == ReaderStart.Newest);
    }

    /// <summary>True when messages are copies that were judged.</summary>
    public readonly bool IsReadByCopy => _map.IsReadByCopy;

    /// <summary>Where this reader is.</summary>
    public readonly long Position => _position;

    /// <summary>How many messages were published before the one at the position.</summary>
    public readonly long Number => _number;

    /// <summary>Messages read through this row so far, by earlier owners too.</summary>
    public readonly long MessagesRead => _messages;

    /// <summary>Messages lost through this row so far, by earlier owners too.</summary>
    public long MessagesLost { get; private set; }

    /// <summary>Messages lost since the last one that was passed.</summary>
    public readonly long LostBefore => _lostBefore;

    /// <summary>
    /// The common case of <see cref="TryPeek"/> in a ring that is read in place: false whenever anything needs a closer look. Never
    /// throws.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPeekFast(out MpmcRecord record)
    {
        if (IsAtMessage())
        {
            record = RecordHere();
            return !_map.IsReadByCopy && IsSound(record);
        }

        Unsafe.SkipInit(out record);
        return false;
    }

    /// <summary>
    /// Finds the next message. Read in place, it stays as it is until the cursor moves on; else its payload is in the buffer. False
    /// when there is none now, and at a damaged record behind an open batch, which the next read reports.
    /// </summary>
    /// <exception cref="ReaderEvictedException">The writers went on without this reader.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryPeek(ref byte[] buffer, out MpmcRecord record)
    {
        record = default;
        while (TryFind())
        {
            record = RecordHere();
            bool isSound = IsSound(record);
            if (_map.IsReadByCopy)
            {
                if (isSound && record.LengthBytes > 0)
                {
                    if (buffer.Length < record.LengthBytes)
                        buffer = new byte[Math.Max(record.LengthBytes, Math.Min(2 * buffer.Length, _slots.MaxMessageBytes))];
                    TMemory.CopyOut(record.Payload, buffer.AsSpan(0, record.LengthBytes), Edge.B9);
                }

                if (!IsStillThere())
                    continue;
            }

            if (isSound)
                return true;
            if (_isBatchOpen)
                return false;
            PassDamaged(record.LengthBytes);
        }

        return false;
    }

    /// <summary>Reads one value and moves on. False as <see cref="TryPeek"/> is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryRead<T>(out T value, out long lostBefore) where T : unmanaged
    {
        while (TryFind())
        {
            MpmcRecord record = RecordHere();
            value = TMemory.Read<T>(record.Payload, Edge.B9);
            if (_map.IsReadByCopy && !IsStillThere())
                continue;
            if (record.LengthBytes != sizeof(T))
            {
                if (_isBatchOpen)
                    break;
                PassDamaged(record.LengthBytes);
            }

            lostBefore = _lostBefore;
            Pass();
            Settle();
            return true;
        }

        value = default;
        lostBefore = 0;
        return false;
    }

    /// <summary>The common case of <see cref="TryRead{T}"/> in a ring that is read in place. Never throws.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadFast<T>(out T value) where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        if (_map.IsReadByCopy || !IsAtMessage() || RecordHere().LengthBytes != sizeof(T))
            return false;
        TMemory.Read(_slots.PayloadAt(_position), out value, Edge.B9);
        Pass();
        Settle();
        return true;
    }

    /// <summary>
    /// The common case of a batch: reads values in place, and moves the cursor on over all of them at once. Returns how many; fewer than
    /// asked for, or none, whenever anything needs the closer look of <see cref="TryRead{T}"/>. Never throws.
    /// </summary>
    public int ReadInPlace<T>(Span<T> destination) where T : unmanaged
    {
        int read = 0;
        while (read < destination.Length && !_map.IsReadByCopy && IsAtMessage() && RecordHere().LengthBytes == sizeof(T))
        {
            TMemory.Read(_slots.PayloadAt(_position), out destination[read], Edge.B9);
            Pass();
            read++;
        }

        if (read > 0)
            Settle();
        return read;
    }

    /// <summary>Goes on behind the message that was found, for this reader alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Pass()
    {
        _position += _granules;
        _number++;
        _messages++;
        _lostBefore = 0;
    }

    /// <summary>Says to everybody how far this reader is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Settle()
    {
        // B6 release: our reads are over. Pairs with B5.
        TMemory.StoreRelease(_row.Cursor, RowLayout.PackCursor(_position), Edge.B6);
        // M20 plain: our own counter, in our own line.
        TMemory.Store(_row.MessagesRead, _messages, Edge.M20);
    }

    /// <summary>From here on the cursor stays behind, and a damaged record is left to the next batch.</summary>
    public void OpenBatch() => _isBatchOpen = true;

    /// <summary>Settles an open batch, up to the position.</summary>
    public void CloseBatch()
    {
        if (!_isBatchOpen)
            return;
        _isBatchOpen = false;
        Settle();
    }

    /// <summary>Where this reader is, and what it has counted so far.</summary>
    public readonly ReaderPlace Place => new(_position, _number, _messages, MessagesLost, _lostBefore);

    /// <summary>
    /// Goes back to where this reader was since it last settled. What it has counted as lost since then lies behind that place, and is
    /// counted when it comes there again.
    /// </summary>
    public void Rewind(in ReaderPlace place)
    {
        _position = place.Position;
        _number = place.Number;
        _messages = place.Messages;
        _lostBefore = place.LostBefore;
        if (MessagesLost == place.MessagesLost)
            return;
        MessagesLost = place.MessagesLost;
        // M20 plain: our own counter.
        TMemory.Store(_row.MessagesLost, MessagesLost, Edge.M20);
    }

    /// <summary>
    /// True when the ring was completed and this reader has passed all that was written. What was given up at the end counts as
    /// passed only when a read has looked in vain.
    /// </summary>
    public readonly bool IsDrained() =>
        // S13 acquire, then the position: what was claimed before completion is below the position that we then see. Pairs with S12.
        TMemory.LoadAcquire(_map.Slots.Completed, Edge.S13) != 0
        // M15 acquire: as survivors read it. Pairs with M3.
        && TMemory.LoadAcquire(_map.WriterPosition, Edge.M15) <= _position;

    /// <summary>
    /// For a reader that finds nothing: asks the kernel about the owner of what it waits behind. Enters the kernel only when something
    /// was claimed there. True when it is worth trying again.
    /// </summary>
    public readonly bool LookForTheDead(IRowOracle oracle) => BroadcastRecovery<TMemory>.ResolveUnpublished(_map, oracle, _position, _row);

    /// <summary>For a wait, after a read in vain: true when something is to be read, passed or reported, or the ring is drained. Changes nothing.</summary>
    public readonly bool IsWorthTrying() => BroadcastRetention<TMemory>.Look(_slots, _position, out _) != Passage.Unpublished
        // B11 acquire: as in ThrowIfEvicted. Pairs with B12.
        || (_map.EvictsSlowReaders && TMemory.LoadAcquire(_row.Evicted, Edge.B11) != 0)
        || IsDrained();

    /// <summary>For a wait: true when something was claimed here that is not published.</summary>
    public readonly bool IsHeldUp() =>
        // M15 acquire: as survivors read it. Pairs with M3.
        TMemory.LoadAcquire(_map.WriterPosition, Edge.M15) > _position;

    /// <summary>This reader holds nobody back any more.</summary>
    public readonly void Leave() =>
        // B6 release: our reads are over. Pairs with B5.
        TMemory.StoreRelease(_row.Cursor, RowLayout.NoCursor, Edge.B6);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsAtMessage()
    {
        // B8 acquire: the record is read after the word that shows it. Pairs with M6.
        long word = TMemory.LoadAcquire(_slots.WordAt(_position), Edge.B8);
        _granules = MpmcWord.GranulesOf(word);
        return MpmcWord.IsFull(word, _slots.LapOf(_position)) && (uint)(_granules - 1) < (uint)_slots.MaxGranules;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly MpmcRecord RecordHere()
    {
        long header = _slots.HasRecordHeaders
            ? TMemory.Read<long>(_slots.RecordAt(_position), Edge.B9)
            : MpmcLayout.EncodeRecord(_slots.MaxMessageBytes, 0);
        return new MpmcRecord(_slots.PayloadAt(_position), MpmcLayout.LengthOf(header), MpmcLayout.TypeOf(header));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsSound(in MpmcRecord record) =>
        (uint)record.LengthBytes <= (uint)_slots.MaxMessageBytes && _slots.GranulesFor(record.LengthBytes) <= _granules;

    private void PassDamaged(int lengthBytes)
    {
        long position = _position;
        Pass();
        Settle();
        ThrowHelper.CorruptRecord(position, lengthBytes);
    }
}
