using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Broadcast;

/// <summary>How a participant of a broadcast ring comes by one row.</summary>
internal static unsafe class BroadcastEntry<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>
    /// Takes the row if it is free, or if its owner is dead and has been swept. Does not wait. False leaves everything as it was, but
    /// for what the sweep mended; <paramref name="holder"/> is then whoever is in the way.
    /// </summary>
    public static bool TryEnter(in BroadcastMap map, IRowOracle oracle, int index, ParticipantRole role, long self, out long holder)
    {
        MpmcRow row = map.Row(index);
        // P1 acquire: the row's words are then at least as new as its owner.
        holder = TMemory.LoadAcquire(row.Owner, Edge.P1);
        if (holder != RowLayout.FreeOwner
            && (oracle.IsAlive(index, holder) || !BroadcastRecovery<TMemory>.SweepAndFree(map, oracle, row, self)))
            return false;
        // Only from free: somebody may have come and died since, and the role of the dead says how to sweep what it held.
        if (!RowProtocol<TMemory>.TryAcquireFree(row.Owner, index, self, oracle, out holder))
            return false;
        // P4 plain, before the interval is ours: what a row announces is judged by its role. Ordered by M2.
        TMemory.Store(row.Role, (long)role, Edge.P4);
        BroadcastRecovery<TMemory>.ClearRow(row);
        return true;
    }
}
