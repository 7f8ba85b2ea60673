using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Room in an MPMC ring: granules whose words consumers have freed for the claim's lap.</summary>
internal unsafe struct FreedWords<TMemory> : IClaimRoom<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>How many granules further than needed a look at the words goes, so that most claims need none.</summary>
    private const int LookAheadGranules = 8;

    /// <summary>One more than the granule that was not released, a lap back.</summary>
    private long _blockedAtPlusOne;

    public long SeenGranules { get; private set; }

    /// <summary>After a refusal for want of room: the granule that is not released, a lap back; else -1.</summary>
    public readonly long BlockedAt => _blockedAtPlusOne - 1;

    public Room Look(in MpmcMap map, long position, int granules, ref long freeBelow)
    {
        if (position < 0 || position > MpmcRecovery<TMemory>.MaxPosition)
            ThrowHelper.CorruptPosition("producer", position, "0 to 2^62");
        long end = position + granules;
        long limit = position + Math.Min(granules + (long)LookAheadGranules, map.GranuleCount);
        long at = Math.Max(position, Math.Min(freeBelow, end));
        for (; at < limit; at++)
        {
            // M4 acquire: the reads of who released the granule are over before we write there. Pairs with M13.
            long word = TMemory.LoadAcquire(map.WordAt(at), Edge.M4);
            uint lap = map.LapOf(at);
            if (word == MpmcWord.Free(lap))
                continue;
            if (at >= end)
                break;
            int behind = (int)(lap - MpmcWord.LapOf(word));
            if (behind <= 0)
                return Room.OutOfDate;
            if (behind > 1)
                ThrowHelper.CorruptSlot(at, word);
            freeBelow = at;
            SeenGranules = at - position;
            _blockedAtPlusOne = at - map.GranuleCount + 1;
            return Room.Full;
        }

        freeBelow = at;
        return Room.Free;
    }

    /// <summary>True when the granule that was not free has been released.</summary>
    public readonly bool IsWorthTrying(in MpmcMap map)
    {
        long at = BlockedAt + map.GranuleCount;
        // M4 acquire: as in Look. Pairs with M13.
        return map.LapOf(at) - MpmcWord.LapOf(TMemory.LoadAcquire(map.WordAt(at), Edge.M4)) != 1;
    }

    /// <summary>True when somebody has taken the granule that is not released.</summary>
    public readonly bool IsHeldUp(in MpmcMap map) =>
        // M8 acquire: as survivors read it. Pairs with M10.
        TMemory.LoadAcquire(map.ConsumerPosition, Edge.M8) > BlockedAt;

    public readonly bool LookForTheDead(in MpmcMap map, IRowOracle oracle, in MpmcRow own) =>
        MpmcRecovery<TMemory>.ResolveUnreleased(map, oracle, BlockedAt, own);
}
