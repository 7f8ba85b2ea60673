using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Several messages with one move of the position, settled together.</summary>
internal unsafe partial struct MpmcConsumerCore<TMemory>
{
    private const int MaxStackSizes = 128;

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
            whole &= LengthAt(position + i) == sizeof(T);
            destination[i] = TMemory.Read<T>(_map.PayloadAt(position + i), Edge.M11);
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

    /// <summary>The message at a position inside an open lease, and where the next one begins. False when its header is damaged.</summary>
    public readonly bool TryRecordAt(long position, out MpmcRecord record, out long next)
    {
        // M9 acquire: our own lease's word, which nobody changes while we live.
        next = position + CheckedGranules(position, TMemory.LoadAcquire(_map.WordAt(position), Edge.M9));
        return TryRecordOf(new OpenSlot(position, (int)(next - position)), out record);
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
            // M9 acquire: as in TryRecordAt.
            sizes[i] = CheckedGranules(position, TMemory.LoadAcquire(_map.WordAt(position), Edge.M9));
            position += sizes[i];
        }

        for (int i = messages - 1; i >= 0; i--)
        {
            // While the first word stands, everybody sees that we hold something. So it goes after the others are announced:
            // nobody can take the ring for drained, and if we die here, whoever sweeps us announces them.
            if (i == 0 && settled < messages)
                MpmcRecovery<TMemory>.RaiseAttention(_map);
            position -= sizes[i];
            if (i >= settled)
                Return(position, sizes[i]);
            else
                Free(position, sizes[i]);
        }

        _open = OpenSlot.None;
        CountRead(settled);
        if (settled == 0)
            MpmcRecovery<TMemory>.RaiseAttention(_map);
    }

    private void SettleOne(in OpenSlot lease, bool isSettled)
    {
        if (isSettled)
        {
            ReleaseOpen(lease);
            return;
        }

        Return(lease.Position, lease.Granules);
        _open = OpenSlot.None;
        // Announced before nothing shows any more that we had it, as in SettleBatch.
        MpmcRecovery<TMemory>.RaiseAttention(_map);
        if (lease.IsMarked)
        {
            // M21 release: the announcement before the mark is gone. Pairs with M21 in HoldsMessages.
            TMemory.StoreRelease(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) - 1, Edge.M21);
        }
    }
}
