using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>How participants find a row, and how the rows of the dead come free.</summary>
internal static unsafe class MpmcRows
{
    /// <summary>
    /// Attaches to a free row, or to one whose dead owner has been swept. Does not wait.
    /// </summary>
    /// <exception cref="RoleTakenException">The role is declared single, and a live participant holds it.</exception>
    /// <exception cref="ParticipantLimitException">All rows have live owners.</exception>
    public static RowLease Attach(RingRegion region, in MpmcMap map, ParticipantRole role)
    {
        bool isSingle = role == ParticipantRole.Producer ? map.HasOneProducer : map.HasOneConsumer;
        if (isSingle)
        {
            int single = role == ParticipantRole.Producer ? MpmcLayout.SingleProducerRow : MpmcLayout.SingleConsumerRow;
            return TryAttach(region, map, single, role, out long holder) ?? throw RowLease.Taken(region, role, holder);
        }

        // Free rows first: they cost no question to the kernel and no sweep.
        for (int pass = 0; pass < 2; pass++)
        {
            for (int row = MpmcLayout.FirstSharedRow; row < map.RowCount; row++)
            {
                // P1 acquire: as attaching itself reads it; here it only chooses the row.
                bool isFree = DirectMemory.LoadAcquire(map.Row(row).Owner, Edge.P1) == RowLayout.FreeOwner;
                if ((isFree || pass > 0) && TryAttach(region, map, row, role, out _) is { } lease)
                    return lease;
            }
        }

        throw new ParticipantLimitException(
            $"All {map.RowCount - MpmcLayout.FirstSharedRow} participants that '{region.DisplayName}' can have at once are there.");
    }

    /// <summary>Sweeps every dead row, and has whoever sleeps look at what came free. Says what was found.</summary>
    public static RingRecovery RecoverAndWake(RingRegion region, in MpmcMap map)
    {
        RingRecovery recovery = Recover(region, map);
        region.InterruptAll();
        return recovery;
    }

    private static RingRecovery Recover(RingRegion region, in MpmcMap map)
    {
        RingRecovery before = Counters(region, map, 0, 0);
        MpmcRecovery<DirectMemory>.SweepAll(map, region.Oracle, ProcessIdentity.OwnerWord, out int swept, out int waiting);
        RingRecovery after = Counters(region, map, swept, waiting);
        return after with
        {
            ClaimsRecovered = after.ClaimsRecovered - before.ClaimsRecovered,
            LeasesRecovered = after.LeasesRecovered - before.LeasesRecovered,
            MessagesDropped = after.MessagesDropped - before.MessagesDropped,
        };
    }

    private static RowLease? TryAttach(RingRegion region, in MpmcMap map, int index, ParticipantRole role, out long holder)
    {
        region.AddReference();
        bool isEntered = false;
        try
        {
            isEntered = MpmcEntry<DirectMemory>.TryEnter(map, region.Oracle, index, role, ProcessIdentity.OwnerWord, out holder);
            return isEntered ? RowLease.Of(region, index, role) : null;
        }
        finally
        {
            if (!isEntered)
                region.ReleaseReference();
        }
    }

    private static RingRecovery Counters(RingRegion region, in MpmcMap map, int swept, int waiting) => new(
        region.DisplayName,
        swept,
        waiting,
        DirectMemory.Load(map.ClaimsRecovered, Edge.M20),
        DirectMemory.Load(map.LeasesRecovered, Edge.M20),
        DirectMemory.Load(map.MessagesDropped, Edge.M20));
}
