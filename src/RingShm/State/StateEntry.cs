using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>How a participant comes by a row, and what it does about what a dead owner of the row left.</summary>
internal static unsafe class StateEntry<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>Takes a row that is free or whose owner is dead. Does not wait. False: <paramref name="holder"/> is in the way.</summary>
    public static bool TryEnter(in StateMap map, IRowOracle oracle, int index, ParticipantRole role, long self, out long holder)
    {
        StateRow row = map.Row(index);
        if (!RowProtocol<TMemory>.TryAcquire(row.Owner, index, self, oracle, out holder))
            return false;
        // P4 plain: for monitors only.
        TMemory.Store(row.Role, (long)role, Edge.P4);
        if (holder != RowLayout.FreeOwner)
            Sweep(map, row);
        return true;
    }

    /// <summary>Takes a dead owner's row, clears it and frees it. False when another is just doing the same, or has the row.</summary>
    public static bool SweepAndFree(in StateMap map, IRowOracle oracle, int index, long self)
    {
        StateRow row = map.Row(index);
        if (!RowProtocol<TMemory>.TryAcquire(row.Owner, index, self, oracle, out long prior))
            return false;
        if (prior != RowLayout.FreeOwner)
            Sweep(map, row);
        RowProtocol<TMemory>.Release(row.Owner, index, oracle);
        return true;
    }

    /// <summary>
    /// Gives back the buffer that the row's dead owner had claimed, and its pin. The row is ours, so nobody else does or undoes it; who
    /// dies in here leaves it to the next owner.
    /// </summary>
    private static void Sweep(in StateMap map, in StateRow row)
    {
        for (int buffer = 0; buffer < map.BufferCount; buffer++)
        {
            long* owner = map.OwnerOf(buffer);
            // V11 plain: only this row's owners store its number, and the last one's death orders that before us.
            if (TMemory.Load(owner, Edge.V11) == row.Index + 1)
                // V10 release: after the death that frees it. Pairs with V9.
                TMemory.StoreRelease(owner, 0, Edge.V10);
        }

        // V8: with the turn kept, so that a helper on its way fails, whoever has the row next. Pairs with V13.
        TMemory.StoreRelease(row.Pin, StateWord.Idle(StateWord.TurnOf(TMemory.Load(row.Pin, Edge.V8))), Edge.V8);
        Count(map);
    }

    private static void Count(in StateMap map)
    {
        // V19: each turn that fails means that another one counted.
        long seen = TMemory.Load(map.RowsSwept, Edge.V19);
        while (true)
        {
            // V19 compare-and-swap: survivors count at once.
            long found = TMemory.CompareExchange(map.RowsSwept, seen + 1, seen, Edge.V19);
            if (found == seen)
                return;
            seen = found;
        }
    }
}
