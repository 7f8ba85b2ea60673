using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.Waiting;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// The shipped MPMC protocol code, generic as it is, over <see cref="KillingMemory"/> and a real region. What the ring classes add
/// around it (finding a row, sweeping the dead) is here in the same order. Each object opens the region for itself, so that the
/// kernel takes several of one process for several participants.
/// </summary>
internal sealed unsafe class KillingMpmcRing : IDisposable
{
    private readonly RingRegion _region;
    private readonly MpmcMap _map;

    public KillingMpmcRing(string name, int fixedMessageBytes)
    {
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.Mpmc, fixedMessageBytes));
        _map = new MpmcMap(_region.Base, _region.Header.Geometry);
    }

    public int MaxMessageBytes => _map.MaxMessageBytes;

    public IRowOracle Oracle => _region.Oracle;

    public MpmcProducerCore<KillingMemory, FreedWords<KillingMemory>> AttachProducer() => new(_map, TakeRow(ParticipantRole.Producer));

    public MpmcConsumerCore<KillingMemory> AttachConsumer() => new(_map, TakeRow(ParticipantRole.Consumer));

    /// <summary>Gives the newest row back.</summary>
    public void Detach() => RowProtocol<KillingMemory>.Release(_map.Row(Row).Owner, Row, _region.Oracle);

    /// <summary>Leaves the newest row as a dead owner would, with all that it holds, and lets go of the region.</summary>
    public void Abandon()
    {
        RowProtocol<KillingMemory>.Abandon(_map.Row(Row).Owner, Row, _region.Oracle);
        Dispose();
    }

    /// <summary>As <see cref="Ring.Recover"/>.</summary>
    public void Recover()
    {
        for (int index = 0; index < _map.RowCount; index++)
        {
            MpmcRow row = _map.Row(index);
            // P1 acquire: as the ring does it.
            long owner = KillingMemory.LoadAcquire(row.Owner, Edge.P1);
            if (owner != RowLayout.FreeOwner && !_region.Oracle.IsAlive(index, owner))
                MpmcRecovery<KillingMemory>.SweepAndFree(_map, _region.Oracle, row, owner);
        }
    }

    /// <summary>What a producer rings, or a consumer.</summary>
    public Doorbell<KillingMemory> BellFor(bool isProducer)
    {
        Doorbell<DirectMemory> bell = isProducer ? _region.Data : _region.Space;
        return new Doorbell<KillingMemory>(bell.Word, new KillingKernel(bell.Kernel), ProcessBarrier.RingersFence);
    }

    public void Dispose() => _region.ReleaseReference();

    private int Row { get; set; } = -1;

    /// <summary>Free rows first, then swept ones.</summary>
    private MpmcRow TakeRow(ParticipantRole role)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int index = MpmcLayout.FirstSharedRow; index < _map.RowCount; index++)
            {
                // P1 acquire: as the ring does it.
                bool isFree = KillingMemory.LoadAcquire(_map.Row(index).Owner, Edge.P1) == RowLayout.FreeOwner;
                if ((isFree || pass > 0) && TryTakeRow(index, role))
                {
                    Row = index;
                    return _map.Row(index);
                }
            }
        }

        throw new MismatchException("no row is free and none can be swept");
    }

    private bool TryTakeRow(int index, ParticipantRole role)
    {
        if (!MpmcEntry<KillingMemory>.TryEnter(_map, _region.Oracle, index, role, ProcessIdentity.OwnerWord, out _))
            return false;
        long* generation = (long*)(_region.RowAt(index) + RowLayout.GenerationOffset);
        // P4 plain: the row is ours.
        KillingMemory.Store(generation, KillingMemory.Load(generation, Edge.P4) + 1, Edge.P4);
        return true;
    }
}
