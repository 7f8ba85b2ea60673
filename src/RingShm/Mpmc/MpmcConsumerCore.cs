using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>A message as its consumer has it: where its record lies, and what the header says after it was checked.</summary>
internal readonly unsafe struct MpmcRecord(byte* payload, int lengthBytes, int type)
{
    public byte* Payload { get; } = payload;

    public int LengthBytes { get; } = lengthBytes;

    public int Type { get; } = type;
}

/// <summary>
/// The consumer's half of the MPMC protocol: take the message at the consumer position by moving the position over it, read it
/// in place, release it by freeing its words for the next lap.
/// </summary>
/// <remarks>
/// Invariant Q3: a message below the consumer position whose word is Full or Skip lies in the interval of its taker's row, which
/// is stored before the position moves (M2, M10) and does not move on before the word is free again or says Reading with the
/// row's number (M7). A message whose word is Returned belongs to nobody, and whoever swaps its word to Reading has it (M14).
/// Words are released from the last to the first, a batch's messages likewise: a survivor that walks a dead one's interval from
/// its start finds the lengths of all that is not released.
/// One thread at a time; no member waits; nothing here allocates but a lease that stays open beside more others than ever before.
/// </remarks>
internal unsafe struct MpmcConsumerCore<TMemory>
    where TMemory : struct, IMemory
{
    private readonly MpmcMap _map;
    private readonly MpmcRow _row;

    /// <summary>A single consumer's own position.</summary>
    private long _position;

    /// <summary>The newest lease, while it is open; its granules are in the row's interval unless it is marked.</summary>
    private OpenSlot _open;
    private OpenSet _others;
    private long _messages;

    /// <summary>The attention word as it was when this consumer last began to look for returned messages.</summary>
    private long _attention;
    private bool _looksForReturned;

    public MpmcConsumerCore(in MpmcMap map, in MpmcRow row)
    {
        _map = map;
        _row = row;
        _open = OpenSlot.None;
        _messages = TMemory.Load(row.MessagesRead, Edge.M20);
        // M8 acquire: a single consumer goes on where its predecessor stopped taking. Pairs with M10.
        _position = TMemory.LoadAcquire(map.ConsumerPosition, Edge.M8);
    }

    /// <summary>Leases that are open.</summary>
    public readonly int OpenCount => _others.Count + (_open.IsOpen ? 1 : 0);

    /// <summary>Takes the next message, or one that was returned. False when there is none now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out OpenSlot lease)
    {
        if (_open.IsOpen)
            MarkOpen();
        // M19 acquire: raised after a message was returned; the line is hardly ever written. Pairs with M18, M22.
        if (_looksForReturned || TMemory.LoadAcquire(_map.Attention, Edge.M19) != _attention)
        {
            if (TryTakeReturned(out lease))
                return true;
        }

        // M8 acquire: the words before this position were taken. Pairs with M10.
        long position = _map.HasOneConsumer ? _position : TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        // M9 acquire: the record is read after the word that shows it. Pairs with M6.
        long word = TMemory.LoadAcquire(_map.WordAt(position), Edge.M9);
        if (MpmcWord.IsFull(word, _map.LapOf(position)))
        {
            int granules = CheckedGranules(position, word);
            if (TryMove(ref position, position + granules))
            {
                lease = _open = new OpenSlot(position, granules);
                return true;
            }
        }

        return TryTakeSlow(position, out lease);
    }

    /// <summary>Takes one value and releases it. False when there is none now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead<T>(out T value) where T : unmanaged
    {
        if (!TryTake(out OpenSlot lease))
        {
            value = default;
            return false;
        }

        byte* record = _map.RecordAt(lease.Position);
        int length = MpmcLayout.LengthOf(TMemory.Read<long>(record, Edge.M11));
        value = TMemory.Read<T>(MpmcMap.PayloadOf(record), Edge.M11);
        ReleaseOpen(lease);
        if (length != sizeof(T))
            ThrowHelper.CorruptRecord(lease.Position, length);
        return true;
    }

    /// <summary>
    /// Takes values until the destination is full or there are no more now, with one move of the position. Returns how many.
    /// </summary>
    public int TryReadBatch<T>(Span<T> destination) where T : unmanaged
    {
        if (destination.IsEmpty)
            return 0;
        int count = TryTakeBatch(destination.Length, out OpenSlot batch);
        long position = batch.Position;
        bool whole = true;
        for (int i = 0; i < count; i++)
        {
            byte* record = _map.RecordAt(position + i);
            whole &= MpmcLayout.LengthOf(TMemory.Read<long>(record, Edge.M11)) == sizeof(T);
            destination[i] = TMemory.Read<T>(MpmcMap.PayloadOf(record), Edge.M11);
        }

        if (count > 0)
            SettleBatch(batch, count, count);
        if (!whole)
            ThrowHelper.CorruptRecord(position, -1);
        return count;
    }

    /// <summary>
    /// Takes up to so many messages with one move of the position. They are one lease until <see cref="SettleBatch"/>. Returns how
    /// many; a returned message comes alone.
    /// </summary>
    public int TryTakeBatch(int limit, out OpenSlot batch)
    {
        while (true)
        {
            if (!TryTakeOrFindHead(out batch, out long position))
                return 0;
            if (batch.IsOpen)
                return 1;
            long end = position;
            long last = position + _map.GranuleCount;
            int count = 0;
            while (count < limit)
            {
                // M9 acquire: each record is read after its word. Pairs with M6.
                long word = TMemory.LoadAcquire(_map.WordAt(end), Edge.M9);
                if (!MpmcWord.IsFull(word, _map.LapOf(end)))
                    break;
                int granules = CheckedGranules(end, word);
                if (end + granules > last)
                    break;
                end += granules;
                count++;
            }

            if (count > 0 && TryMove(ref position, end))
            {
                batch = _open = new OpenSlot(position, (int)(end - position));
                return count;
            }
        }
    }

    /// <summary>The message at a position inside an open lease, and where the next one begins.</summary>
    public readonly MpmcRecord RecordAt(long position, out long next)
    {
        // M9 acquire: our own lease's word, which nobody changes while we live.
        next = position + CheckedGranules(position, TMemory.LoadAcquire(_map.WordAt(position), Edge.M9));
        OpenSlot lease = new(position, (int)(next - position));
        if (!TryRecordOf(lease, out MpmcRecord record))
            ThrowDamaged(lease);
        return record;
    }

    /// <summary>The message of an open lease. False when its header is damaged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryRecordOf(in OpenSlot lease, out MpmcRecord record)
    {
        byte* at = _map.RecordAt(lease.Position);
        long header = TMemory.Read<long>(at, Edge.M11);
        int length = MpmcLayout.LengthOf(header);
        record = new MpmcRecord(MpmcMap.PayloadOf(at), length, MpmcLayout.TypeOf(header));
        return (uint)length <= (uint)_map.MaxMessageBytes && _map.GranulesFor(length) <= lease.Granules;
    }

    /// <summary>True while a lease is open at this position.</summary>
    public readonly bool IsOpen(long position) => position >= 0 && (_open.Position == position || _others.Find(position).IsOpen);

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public readonly void ThrowDamaged(in OpenSlot lease) =>
        ThrowHelper.CorruptRecord(lease.Position, MpmcLayout.LengthOf(TMemory.Read<long>(_map.RecordAt(lease.Position), Edge.M11)));

    /// <summary>Releases an open lease. False when none is open at this position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRelease(long position)
    {
        if (position >= 0 && _open.Position == position)
        {
            ReleaseOpen(_open);
            return true;
        }

        return TryReleaseOther(position);
    }

    /// <summary>
    /// Ends a batch: releases its first messages and returns the others, flagged, to whoever comes. From the last to the first,
    /// so that what is not settled yet can be walked to from the start.
    /// </summary>
    public void SettleBatch(in OpenSlot batch, int messages, int settled)
    {
        if (batch.IsMarked || messages == 1)
        {
            SettleOne(batch, settled > 0);
            return;
        }

        Span<int> sizes = messages <= MaxStackSizes ? stackalloc int[messages] : new int[messages];
        long position = batch.Position;
        for (int i = 0; i < messages; i++)
        {
            // M9 acquire: as in RecordAt.
            sizes[i] = CheckedGranules(position, TMemory.LoadAcquire(_map.WordAt(position), Edge.M9));
            position += sizes[i];
        }

        for (int i = messages - 1; i >= 0; i--)
        {
            position -= sizes[i];
            if (i < settled)
            {
                Free(position, sizes[i]);
                continue;
            }

            Return(position, sizes[i]);
            // Before the first word is free: until then whoever finds us dead finds this row holding something, and tells.
            if (i == settled)
                MpmcRecovery<TMemory>.RaiseAttention(_map);
        }

        _open = OpenSlot.None;
        CountRead(settled);
    }

    /// <summary>True when the ring was completed, everything in it was taken, and nobody holds a message that may come again.</summary>
    public readonly bool IsDrained()
    {
        // S13 acquire, then the positions: what was claimed before completion is below the position we then see. Pairs with S12.
        if (TMemory.LoadAcquire(_map.Completed, Edge.S13) == 0)
            return false;
        // M8, M15 acquire: as takers and survivors read them.
        long consumerPosition = TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        return consumerPosition >= TMemory.LoadAcquire(_map.ProducerPosition, Edge.M15)
            && !MpmcRecovery<TMemory>.IsAnythingHeld(_map, _row.Index)
            && !_looksForReturned
            // M19 acquire: after the rows: who returned a message raised it before it let its row go.
            && TMemory.LoadAcquire(_map.Attention, Edge.M19) == _attention;
    }

    /// <summary>
    /// For a consumer that finds nothing: asks the kernel about the owner of what the others wait behind, and about consumers that
    /// hold messages. Enters the kernel. True when it is worth trying again.
    /// </summary>
    public readonly bool LookForTheDead(IRowOracle oracle)
    {
        // M8 acquire: as in TryTake.
        long position = TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        return MpmcRecovery<TMemory>.ResolveUnpublished(_map, oracle, position)
            | MpmcRecovery<TMemory>.SweepDeadConsumers(_map, oracle, _row.Index);
    }

    private const int MaxStackSizes = 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int CheckedGranules(long position, long word)
    {
        int granules = MpmcWord.GranulesOf(word);
        if ((uint)(granules - 1) >= (uint)_map.MaxGranules)
            ThrowHelper.CorruptSlot(position, word);
        return granules;
    }

    /// <summary>Announces the interval and moves the position to its end. On failure the position is the one found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMove(ref long position, long end)
    {
        // M2 plain, then release: whoever sees the new start sees what we released before. Both are visible before M10.
        TMemory.Store(_row.IntervalEnd, end, Edge.M2);
        TMemory.StoreRelease(_row.IntervalStart, position, Edge.M2);
        if (_map.HasOneConsumer)
        {
            // M10 release: nobody else moves it, so a store will do.
            TMemory.StoreRelease(_map.ConsumerPosition, end, Edge.M10);
            _position = end;
            return true;
        }

        // M10: of all who try for this message one gets it.
        long found = TMemory.CompareExchange(_map.ConsumerPosition, end, position, Edge.M10);
        if (found == position)
            return true;
        position = found;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeSlow(long position, out OpenSlot lease)
    {
        Contention contention = default;
        while (TryFindHead(ref position))
        {
            // M9 acquire: as in TryTake.
            long word = TMemory.LoadAcquire(_map.WordAt(position), Edge.M9);
            if (!MpmcWord.IsFull(word, _map.LapOf(position)))
                continue;
            int granules = CheckedGranules(position, word);
            if (!TryMove(ref position, position + granules))
            {
                contention.Lost();
                continue;
            }

            lease = _open = new OpenSlot(position, granules);
            return true;
        }

        lease = OpenSlot.None;
        return false;
    }

    /// <summary>For a batch: a returned message as a lease of its own, or the position of the next one in order.</summary>
    private bool TryTakeOrFindHead(out OpenSlot returned, out long position)
    {
        if (_open.IsOpen)
            MarkOpen();
        position = -1;
        // M19 acquire: as in TryTake.
        if ((_looksForReturned || TMemory.LoadAcquire(_map.Attention, Edge.M19) != _attention) && TryTakeReturned(out returned))
            return true;
        returned = OpenSlot.None;
        // M8 acquire: as in TryTake.
        position = _map.HasOneConsumer ? _position : TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        return TryFindHead(ref position);
    }

    /// <summary>
    /// Goes on to the message that is next in order, past what was given up and from positions that are out of date. False when
    /// nothing is published there.
    /// </summary>
    private bool TryFindHead(ref long position)
    {
        Contention contention = default;
        while (true)
        {
            if (position < 0 || position > MpmcRecovery<TMemory>.MaxPosition)
                ThrowHelper.CorruptPosition("consumer", position, "0 to 2^62");
            // M9 acquire: as in TryTake.
            long word = TMemory.LoadAcquire(_map.WordAt(position), Edge.M9);
            uint lap = _map.LapOf(position);
            if (MpmcWord.IsFull(word, lap))
                return true;
            int behind = (int)(lap - MpmcWord.LapOf(word));
            SlotState state = MpmcWord.StateOf(word);
            if (behind > 1 || (behind == 0 && state > SlotState.Returned))
                ThrowHelper.CorruptSlot(position, word);
            if (behind == 1 || (behind == 0 && state is SlotState.Free or SlotState.Writing))
            {
                // An attempt that was lost must not make this row a suspect for what its winner may leave behind.
                TMemory.Store(_row.IntervalEnd, 0, Edge.M2);
                return false;
            }

            if (behind == 0 && state == SlotState.Skip)
            {
                int granules = CheckedGranules(position, word);
                long skipped = position;
                if (TryMove(ref position, position + granules))
                {
                    Free(skipped, granules);
                    position = skipped + granules;
                }
                else
                {
                    contention.Lost();
                }

                continue;
            }

            // M8 acquire: the word that showed us a later state was stored after the position had moved past it. Pairs with M10.
            long fresh = TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
            if (fresh == position || _map.HasOneConsumer)
                ThrowHelper.CorruptSlot(position, word);
            position = fresh;
        }
    }

    /// <summary>Takes one message that belongs to nobody. Remembers whether it is worth looking again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeReturned(out OpenSlot lease)
    {
        // M19 acquire: before we look, so that what is returned while we do raises it above what we remember. Pairs with M18, M22.
        _attention = TMemory.LoadAcquire(_map.Attention, Edge.M19);
        for (long index = 0; index < _map.GranuleCount; index++)
        {
            long* at = _map.WordAt(index);
            // M9 acquire: what the one who had it has read is over, and the record is whole. Pairs with M18, M22.
            long word = TMemory.LoadAcquire(at, Edge.M9);
            if (MpmcWord.StateOf(word) != SlotState.Returned)
                continue;
            // M8 acquire: a returned message lies less than a lap below it.
            long position = _map.PositionOf(index, word, TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8));
            if (position < 0)
            {
                // M9 acquire: a word that has no place there is damaged, unless another consumer has taken it in the meantime.
                if (TMemory.LoadAcquire(at, Edge.M9) == word)
                    ThrowHelper.CorruptSlot(index, word);
                continue;
            }

            int granules = CheckedGranules(position, word);
            // The mark is counted before it is there: whoever sweeps after our death looks for it.
            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) + 1, Edge.M21);
            // M14: of all who find it one gets it.
            if (TMemory.CompareExchange(at, MpmcWord.Reading(_map.LapOf(position), granules, _row.Index), word, Edge.M14) == word)
            {
                _looksForReturned = true;
                lease = _open = new OpenSlot(position, granules, IsMarked: true, IsRedelivered: true);
                return true;
            }

            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) - 1, Edge.M21);
        }

        _looksForReturned = false;
        lease = OpenSlot.None;
        return false;
    }

    private void MarkOpen()
    {
        if (!_open.IsMarked)
        {
            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) + 1, Edge.M21);
            // M7 release: the word names us before our interval moves on (M2), and the count of marks before the word.
            TMemory.StoreRelease(
                _map.WordAt(_open.Position), MpmcWord.Reading(_map.LapOf(_open.Position), _open.Granules, _row.Index), Edge.M7);
        }

        _others.Add(_open with { IsMarked = true });
        _open = OpenSlot.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ReleaseOpen(in OpenSlot lease)
    {
        Free(lease.Position, lease.Granules);
        if (lease.IsMarked)
            Unmark(lease);
        _open = OpenSlot.None;
        // M20 plain: our own counter, in our own line.
        TMemory.Store(_row.MessagesRead, ++_messages, Edge.M20);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReleaseOther(long position)
    {
        if (!_others.TryRemove(position, out OpenSlot lease))
            return false;
        Free(lease.Position, lease.Granules);
        Unmark(lease);
        CountRead(1);
        return true;
    }

    private void SettleOne(in OpenSlot lease, bool isSettled)
    {
        if (isSettled)
        {
            ReleaseOpen(lease);
            return;
        }

        Return(lease.Position, lease.Granules);
        // Before the mark is not counted any more: until then whoever finds us dead finds this row holding something, and tells.
        MpmcRecovery<TMemory>.RaiseAttention(_map);
        if (lease.IsMarked)
            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) - 1, Edge.M21);
        _open = OpenSlot.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Free(long position, int granules)
    {
        // M12 release: a producer whose position is out of date sees by this word that the position has moved on. Pairs with M4.
        for (int i = granules - 1; i > 0; i--)
            TMemory.StoreRelease(_map.WordAt(position + i), MpmcWord.Free(_map.LapOf(position + i) + 1), Edge.M12);
        // M13 release: our reads, and the words behind this one, before the word that lets producers write here. Pairs with M4.
        TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Free(_map.LapOf(position) + 1), Edge.M13);
    }

    /// <summary>M22 release: what we have read is read; the message is anybody's. Pairs with M9.</summary>
    private readonly void Return(long position, int granules) =>
        // M22 release: as above.
        TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Returned(_map.LapOf(position), granules), Edge.M22);

    private readonly void Unmark(in OpenSlot lease)
    {
        TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) - 1, Edge.M21);
        if (lease.IsRedelivered)
            TMemory.Store(_row.MessagesRedelivered, TMemory.Load(_row.MessagesRedelivered, Edge.M20) + 1, Edge.M20);
    }

    private void CountRead(int messages)
    {
        _messages += messages;
        TMemory.Store(_row.MessagesRead, _messages, Edge.M20);
    }
}
