using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.State;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// The shipped state cell's code, generic as it is, over <see cref="KillingMemory"/> and a real region. Each object opens the region
/// for itself, so that the kernel takes several of one process for several participants.
/// </summary>
internal sealed unsafe class KillingStateCell : IDisposable
{
    private readonly RingRegion _region;
    private readonly StateMap _map;
    private int _row = -1;

    public KillingStateCell(string name)
    {
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.State, 0));
        _map = new StateMap(_region.Base, _region.Header.Geometry);
    }

    public int MaxValueBytes => _map.MaxValueBytes;

    public StateWriterCore<KillingMemory> AttachWriter(long source) => new(_map, TakeRow(ParticipantRole.Producer), source);

    public StateReaderCore<KillingMemory> AttachReader() => new(_map, TakeRow(ParticipantRole.Consumer));

    public void Detach() => RowProtocol<KillingMemory>.Release(_map.Row(_row).Owner, _row, _region.Oracle);

    /// <summary>Attaches, claims a buffer or begins to choose one, and leaves as a dead owner would. False when no row is free.</summary>
    public static bool TryLeaveCorpse(string name, bool chooses)
    {
        KillingStateCell cell = new(name);
        for (int row = StateLayout.FirstSharedRow; row < cell._map.RowCount; row++)
        {
            // P1 acquire: as the cell does it.
            if (KillingMemory.LoadAcquire(cell._map.Row(row).Owner, Edge.P1) != RowLayout.FreeOwner)
                continue;
            StateRow taken = cell.TakeRow(ParticipantRole.Producer);
            if (chooses)
                *taken.Pin = StateWord.Choosing(StateWord.TurnOf(*taken.Pin) + 1);
            else
                cell.ClaimOne(taken);
            RowProtocol<KillingMemory>.Abandon(taken.Owner, taken.Index, cell._region.Oracle);
            cell.Dispose();
            return true;
        }

        cell.Dispose();
        return false;
    }

    /// <summary>As <see cref="Ring.Recover"/>.</summary>
    public void Recover()
    {
        for (int index = 0; index < _map.RowCount; index++)
        {
            // P1 acquire: as the cell does it.
            long owner = KillingMemory.LoadAcquire(_map.Row(index).Owner, Edge.P1);
            if (owner != RowLayout.FreeOwner && !_region.Oracle.IsAlive(index, owner))
                StateEntry<KillingMemory>.SweepAndFree(_map, _region.Oracle, index, ProcessIdentity.OwnerWord);
        }
    }

    public void Dispose() => _region.ReleaseReference();

    private void ClaimOne(in StateRow row)
    {
        for (int buffer = _map.BufferCount - 1; buffer >= 0; buffer--)
        {
            if (buffer == StateWord.BufferOf(*_map.Current) || *_map.OwnerOf(buffer) != 0)
                continue;
            *_map.OwnerOf(buffer) = row.Index + 1;
            *_map.Buffer(buffer).Version = 0;
            return;
        }

        throw new MismatchException("no buffer for a corpse");
    }

    /// <summary>Free rows first, then those of the dead.</summary>
    private StateRow TakeRow(ParticipantRole role)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int index = StateLayout.FirstSharedRow; index < _map.RowCount; index++)
            {
                // P1 acquire: as the cell does it.
                bool isFree = KillingMemory.LoadAcquire(_map.Row(index).Owner, Edge.P1) == RowLayout.FreeOwner;
                if ((isFree || pass > 0)
                    && StateEntry<KillingMemory>.TryEnter(_map, _region.Oracle, index, role, ProcessIdentity.OwnerWord, out _))
                {
                    _row = index;
                    return _map.Row(index);
                }
            }
        }

        throw new MismatchException("no row is free and none is a dead one's");
    }
}
