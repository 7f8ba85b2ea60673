using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>What there is to take: the message at the head, past what was given up, or one that was returned.</summary>
internal unsafe partial struct MpmcConsumerCore<TMemory>
{
    /// <summary>
    /// For a wait, after a read in vain: true when something is to be taken, passed over or reported, or the ring is drained.
    /// Changes nothing.
    /// </summary>
    public readonly bool IsWorthTrying()
    {
        // M19 acquire: as in CanTakeFast.
        if (_looksForReturned || TMemory.LoadAcquire(_map.Attention, Edge.M19) != _attention)
            return true;
        // M8, M9 acquire: as in TryFindHead.
        long position = _map.HasOneConsumer ? _position : TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8);
        long word = TMemory.LoadAcquire(_map.WordAt(position), Edge.M9);
        int behind = (int)(_map.LapOf(position) - MpmcWord.LapOf(word));
        bool isNothingThere = behind == 1 || (behind == 0 && MpmcWord.StateOf(word) is SlotState.Free or SlotState.Writing);
        return !isNothingThere || IsDrained();
    }

    /// <summary>
    /// For a wait: true when something was claimed that is not published, or another consumer holds what may come again.
    /// </summary>
    public readonly bool IsHeldUp() =>
        // M8, M15 acquire: as in IsDrained.
        TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8) < TMemory.LoadAcquire(_map.ProducerPosition, Edge.M15)
        || MpmcRecovery<TMemory>.IsAnythingHeld(_map, _row.Index);

    /// <summary>A returned message as a lease of its own, or the position of the next one in order.</summary>
    private bool TryTakeOrFindHead(out OpenSlot returned, out long position)
    {
        if (_open.IsOpen)
            MarkOpen();
        position = -1;
        // M19 acquire: as in CanTakeFast.
        if ((_looksForReturned || TMemory.LoadAcquire(_map.Attention, Edge.M19) != _attention) && TryTakeReturned(out returned))
            return true;
        returned = OpenSlot.None;
        // M8 acquire: as in CanTakeFast.
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
            // M9 acquire: as in CanTakeFast.
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
                ForgetInterval();
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
}
