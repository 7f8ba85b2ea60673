using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// The shipped protocol code, generic as it is, over <see cref="KillingMemory"/> and a real region. What the public classes
/// add around it is here in the same order: row, row details, start; hints, row.
/// </summary>
internal sealed unsafe class KillingRing : IDisposable
{
    private readonly RingRegion _region;
    private readonly SpscMap _map;

    public KillingRing(string name, int fixedMessageBytes)
    {
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.Spsc, fixedMessageBytes));
        _map = new SpscMap(_region.Base, _region.Header.Geometry);
    }

    public int MaxMessageBytes => _map.MaxMessageBytes;

    public SpscProducerCore<KillingMemory> AttachProducer() =>
        SpscRoles<KillingMemory>.StartProducer(_map, TakeRow(SpscLayout.ProducerRow, ParticipantRole.Producer));

    public SpscConsumerCore<KillingMemory> AttachConsumer() =>
        SpscRoles<KillingMemory>.StartConsumer(_map, TakeRow(SpscLayout.ConsumerRow, ParticipantRole.Consumer));

    public void Detach(in SpscProducerCore<KillingMemory> producer)
    {
        producer.StoreHints();
        ReleaseRow(SpscLayout.ProducerRow);
    }

    public void DetachConsumer() => ReleaseRow(SpscLayout.ConsumerRow);

    // S12 release: as the ring does it.
    public void Complete() => KillingMemory.StoreRelease(_map.Completed, 1, Edge.S12);

    public void Dispose() => _region.ReleaseReference();

    private bool TakeRow(int row, ParticipantRole role)
    {
        byte* at = _region.RowAt(row);
        if (!RowProtocol<KillingMemory>.TryAcquire(OwnerOf(row), row, ProcessIdentity.OwnerWord, _region.Oracle, out long prior))
            throw new MismatchException($"row {row} is held by {prior:X16}");
        long* generation = (long*)(at + RowLayout.GenerationOffset);
        // P4 plain: the row is ours.
        KillingMemory.Store((long*)(at + RowLayout.RoleOffset), (long)role, Edge.P4);
        KillingMemory.Store(generation, KillingMemory.Load(generation, Edge.P4) + 1, Edge.P4);
        KillingMemory.Store((long*)(at + RowLayout.StartTimeOffset), ProcessIdentity.StartTime, Edge.P4);
        KillingMemory.Store((long*)(at + RowLayout.AttachTimeOffset), UnixTime.NowMicroseconds, Edge.P4);
        return prior != RowLayout.FreeOwner;
    }

    private void ReleaseRow(int row) => RowProtocol<KillingMemory>.Release(OwnerOf(row), row, _region.Oracle);

    private long* OwnerOf(int row) => (long*)(_region.RowAt(row) + RowLayout.OwnerOffset);
}
