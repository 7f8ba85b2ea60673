using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Whether the next granules are free, and how they become this producer's own.</summary>
internal unsafe partial struct MpmcProducerCore<TMemory>
{
    /// <summary>
    /// For a wait, after a refusal: true when the granule that was not free has been released, or the ring was completed. Changes
    /// nothing.
    /// </summary>
    public readonly bool IsWorthTrying()
    {
        long at = BlockedAt + _map.GranuleCount;
        // M4 acquire: as in LookAhead. Pairs with M13.
        return _map.LapOf(at) - MpmcWord.LapOf(TMemory.LoadAcquire(_map.WordAt(at), Edge.M4)) != 1 || IsCompleted;
    }

    /// <summary>For a wait, after a refusal: true when somebody has taken the granule that is not released.</summary>
    public readonly bool IsHeldUp() =>
        // M8 acquire: as survivors read it. Pairs with M10.
        TMemory.LoadAcquire(_map.ConsumerPosition, Edge.M8) > BlockedAt;

    /// <summary>Makes the next granules this producer's own. Returns their position, or -1 when they are not free.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long TakeGranules(int granules)
    {
        ThrowIfCompleted();
        if (_open.IsOpen)
            MarkOpen();
        // M1 acquire: as in CanTakeFast. Pairs with M3.
        long position = _map.HasOneProducer ? _position : TMemory.LoadAcquire(_map.ProducerPosition, Edge.M1);
        Contention contention = default;
        while (true)
        {
            Room room = LookAhead(position, granules);
            if (room == Room.Full)
            {
                // An attempt that was lost must not make this row a suspect for what its winner may leave behind.
                ForgetInterval();
                return -1;
            }

            if (room == Room.OutOfDate)
            {
                // M1 acquire: the word that showed us a later claim was stored after the position had moved past it.
                long fresh = TMemory.LoadAcquire(_map.ProducerPosition, Edge.M1);
                if (fresh == position || _map.HasOneProducer)
                    ThrowHelper.CorruptPosition("producer", position, "one past every claimed granule");
                position = fresh;
                continue;
            }

            long found = Move(position, granules);
            if (found == position)
                return position;
            position = found;
            contention.Lost();
        }
    }

    private enum Room
    {
        Free,
        Full,
        OutOfDate,
    }

    /// <summary>Looks whether the granules from a position on are free, and a little further.</summary>
    private Room LookAhead(long position, int granules)
    {
        if (position < 0 || position > MpmcRecovery<TMemory>.MaxPosition)
            ThrowHelper.CorruptPosition("producer", position, "0 to 2^62");
        long end = position + granules;
        long limit = position + Math.Min(granules + (long)LookAheadGranules, _map.GranuleCount);
        long at = Math.Max(position, Math.Min(_freeBelow, end));
        for (; at < limit; at++)
        {
            // M4 acquire: the reads of who released the granule are over before we write there. Pairs with M13.
            long word = TMemory.LoadAcquire(_map.WordAt(at), Edge.M4);
            uint lap = _map.LapOf(at);
            if (word == MpmcWord.Free(lap))
                continue;
            if (at >= end)
                break;
            int behind = (int)(lap - MpmcWord.LapOf(word));
            if (behind <= 0)
                return Room.OutOfDate;
            if (behind > 1)
                ThrowHelper.CorruptSlot(at, word);
            _freeBelow = at;
            RoomSeen = at - position;
            BlockedAt = at - _map.GranuleCount;
            return Room.Full;
        }

        _freeBelow = at;
        return Room.Free;
    }
}
