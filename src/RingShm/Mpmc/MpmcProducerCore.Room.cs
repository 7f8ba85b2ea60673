using System.Runtime.CompilerServices;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Whether the next granules are free, and how they become this producer's own.</summary>
internal unsafe partial struct MpmcProducerCore<TMemory, TRoom>
{
    /// <summary>
    /// For a wait, after a refusal: true when what was in the way is no longer, or the ring was completed. Changes nothing.
    /// </summary>
    public readonly bool IsWorthTrying() => _room.IsWorthTrying(_map) || IsCompleted;

    /// <summary>For a wait, after a refusal: true when another participant, alive or dead, has what is in the way.</summary>
    public readonly bool IsHeldUp() => _room.IsHeldUp(_map);

    /// <summary>True when there is room for such a payload now; another producer may take it. Claims nothing.</summary>
    public bool HasRoom(int payloadBytes)
    {
        if ((uint)payloadBytes > (uint)_map.MaxMessageBytes)
            ThrowHelper.MessageTooLarge(payloadBytes, _map.MaxMessageBytes);
        int granules = _map.GranulesFor(payloadBytes);
        // M1 acquire: as in CanTakeFast. Pairs with M3.
        long position = _map.HasOneProducer ? _position : TMemory.LoadAcquire(_map.ProducerPosition, Edge.M1);
        Room room;
        while ((room = _room.Look(_map, position, granules, ref _freeBelow)) == Room.OutOfDate)
        {
            // M1 acquire: as in TakeGranules.
            long fresh = TMemory.LoadAcquire(_map.ProducerPosition, Edge.M1);
            if (fresh == position || _map.HasOneProducer)
                ThrowHelper.CorruptPosition("producer", position, "one past every claimed granule");
            position = fresh;
        }

        return room == Room.Free;
    }

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
        ref TRoom where = ref _room;
        while (true)
        {
            Room room = where.Look(_map, position, granules, ref _freeBelow);
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
}
