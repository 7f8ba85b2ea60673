using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>How participants find a row, and how the rows of the dead come free.</summary>
internal static unsafe class StateRows
{
    /// <summary>Attaches to a free row, or to one whose owner is dead. Does not wait.</summary>
    /// <exception cref="RoleTakenException">The role is declared single, and a live participant holds it.</exception>
    /// <exception cref="ParticipantLimitException">All rows have live owners.</exception>
    public static RowLease Attach(RingRegion region, in StateMap map, ParticipantRole role)
    {
        bool isSingle = role == ParticipantRole.Producer ? map.HasOneWriter : map.HasOneReader;
        if (isSingle)
        {
            int single = role == ParticipantRole.Producer ? StateLayout.SingleWriterRow : StateLayout.SingleReaderRow;
            return TryAttach(region, map, single, role, out long holder) ?? throw RowLease.Taken(region, role, holder);
        }

        // Free rows first: they cost no question to the kernel and no sweep.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int row = StateLayout.FirstSharedRow; row < map.RowCount; row++)
            {
                // P1 acquire: as attaching itself reads it; here it only chooses the row.
                bool isFree = DirectMemory.LoadAcquire(map.Row(row).Owner, Edge.P1) == RowLayout.FreeOwner;
                if ((isFree || pass > 0) && TryAttach(region, map, row, role, out _) is { } lease)
                    return lease;
            }
        }

        throw new ParticipantLimitException(
            $"All {map.RowCount - StateLayout.FirstSharedRow} participants that '{region.DisplayName}' can have at once are there.");
    }

    /// <summary>Clears every dead row. Says what was found.</summary>
    public static RingRecovery Recover(RingRegion region, in StateMap map)
    {
        int swept = 0;
        int waiting = 0;
        for (int index = 0; index < map.RowCount; index++)
        {
            // P1 acquire: the row's words are then at least as new as its owner.
            long owner = DirectMemory.LoadAcquire(map.Row(index).Owner, Edge.P1);
            if (owner == RowLayout.FreeOwner || region.Oracle.IsAlive(index, owner))
                continue;
            if (StateEntry<DirectMemory>.SweepAndFree(map, region.Oracle, index, ProcessIdentity.OwnerWord))
                swept++;
            else
                waiting++;
        }

        return new RingRecovery(region.DisplayName, swept, waiting, 0, 0, 0);
    }

    private static RowLease? TryAttach(RingRegion region, in StateMap map, int index, ParticipantRole role, out long holder)
    {
        region.AddReference();
        bool isEntered = false;
        try
        {
            isEntered = StateEntry<DirectMemory>.TryEnter(map, region.Oracle, index, role, ProcessIdentity.OwnerWord, out holder);
            return isEntered ? RowLease.Of(region, index, role) : null;
        }
        finally
        {
            if (!isEntered)
                region.ReleaseReference();
        }
    }
}
