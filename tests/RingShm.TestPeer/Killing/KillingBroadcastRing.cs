using RingShm.Broadcast;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// The shipped broadcast protocol code, generic as it is, over <see cref="KillingMemory"/> and a real region. What the ring classes add around
/// it (finding a row, sweeping the dead) is here in the same order. Each object opens the region for itself, so that the kernel takes
/// several of one process for several participants.
/// </summary>
internal sealed unsafe class KillingBroadcastRing : IDisposable
{
    private readonly RingRegion _region;
    private readonly BroadcastMap _map;
    private int _row = -1;

    public KillingBroadcastRing(string name)
    {
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.Broadcast, 0));
        _map = new BroadcastMap(_region.Base, _region.Header.Geometry);
    }

    public int MaxMessageBytes => _map.Slots.MaxMessageBytes;

    public long GranuleCount => _map.Slots.GranuleCount;

    public bool EvictsSlowReaders => _map.EvictsSlowReaders;

    public IRowOracle Oracle => _region.Oracle;

    public MpmcProducerCore<KillingMemory, RetainedRoom<KillingMemory>> AttachWriter() =>
        new(_map.Slots, TakeRow(ParticipantRole.Producer), new RetainedRoom<KillingMemory>(_map));

    public BroadcastReaderCore<KillingMemory> AttachReader(ReaderStart start = ReaderStart.Oldest) =>
        new(_map, TakeRow(ParticipantRole.Consumer), start, ReaderResume.Oldest);

    /// <summary>Gives the row back; readers leave first.</summary>
    public void Detach() => RowProtocol<KillingMemory>.Release(_map.Row(_row).Owner, _row, _region.Oracle);

    /// <summary>Leaves the row as a dead owner would, with all that it holds, and lets go of the region.</summary>
    public void Abandon()
    {
        RowProtocol<KillingMemory>.Abandon(_map.Row(_row).Owner, _row, _region.Oracle);
        Dispose();
    }

    /// <summary>As <see cref="Ring.Recover"/>.</summary>
    public void Recover() =>
        BroadcastRecovery<KillingMemory>.SweepAll(_map, _region.Oracle, ProcessIdentity.OwnerWord, out _, out _);

    public void Dispose() => _region.ReleaseReference();

    /// <summary>Free rows first, then swept ones.</summary>
    private MpmcRow TakeRow(ParticipantRole role)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int index = MpmcLayout.FirstSharedRow; index < _map.Slots.RowCount; index++)
            {
                // P1 acquire: as the ring does it.
                bool isFree = KillingMemory.LoadAcquire(_map.Row(index).Owner, Edge.P1) == RowLayout.FreeOwner;
                if ((isFree || pass > 0)
                    && BroadcastEntry<KillingMemory>.TryEnter(_map, _region.Oracle, index, role, ProcessIdentity.OwnerWord, out _))
                {
                    _row = index;
                    return _map.Row(index);
                }
            }
        }

        throw new MismatchException("no row is free and none can be swept");
    }
}
