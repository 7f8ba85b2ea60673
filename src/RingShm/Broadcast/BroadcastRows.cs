using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Broadcast;

/// <summary>How participants of a broadcast ring find a row, and how the rows of the dead come free.</summary>
internal static unsafe class BroadcastRows
{
    /// <summary>
    /// Attaches to a free row, or to one whose dead owner has been swept. Does not wait.
    /// </summary>
    /// <exception cref="RoleTakenException">Writers are declared single, and a live participant holds the role.</exception>
    /// <exception cref="ParticipantLimitException">All rows have live owners.</exception>
    public static RowLease Attach(RingRegion region, in BroadcastMap map, ParticipantRole role)
    {
        if (role == ParticipantRole.Producer && map.Slots.HasOneProducer)
            return TryAttach(region, map, MpmcLayout.SingleProducerRow, role, out long holder) ?? throw RowLease.Taken(region, role, holder);

        // Free rows first: they cost no question to the kernel and no sweep.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int row = MpmcLayout.FirstSharedRow; row < map.Slots.RowCount; row++)
            {
                // P1 acquire: as attaching itself reads it; here it only chooses the row.
                bool isFree = DirectMemory.LoadAcquire(map.Row(row).Owner, Edge.P1) == RowLayout.FreeOwner;
                if ((isFree || pass > 0) && TryAttach(region, map, row, role, out _) is { } lease)
                    return lease;
            }
        }

        throw new ParticipantLimitException(
            $"All {map.Slots.RowCount - MpmcLayout.FirstSharedRow} participants that '{region.DisplayName}' can have at once are there.");
    }

    /// <summary>Sweeps every dead row, and has whoever sleeps look at what came free. Says what was found.</summary>
    public static RingRecovery RecoverAndWake(RingRegion region, in BroadcastMap map)
    {
        long before = DirectMemory.Load(map.Slots.ClaimsRecovered, Edge.M20);
        BroadcastRecovery<DirectMemory>.SweepAll(map, region.Oracle, ProcessIdentity.OwnerWord, out int swept, out int waiting);
        region.InterruptAll();
        return new RingRecovery(region.DisplayName, swept, waiting, DirectMemory.Load(map.Slots.ClaimsRecovered, Edge.M20) - before, 0, 0);
    }

    private static RowLease? TryAttach(RingRegion region, in BroadcastMap map, int index, ParticipantRole role, out long holder)
    {
        region.AddReference();
        bool isEntered = false;
        try
        {
            isEntered = BroadcastEntry<DirectMemory>.TryEnter(map, region.Oracle, index, role, ProcessIdentity.OwnerWord, out holder);
            return isEntered ? RowLease.Of(region, index, role) : null;
        }
        finally
        {
            if (!isEntered)
                region.ReleaseReference();
        }
    }
}
