using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>What <see cref="MpmcRing"/> and <see cref="MpmcRing{T}"/> have in common. Thread-safe.</summary>
internal sealed unsafe class MpmcRingCore : RingCore
{
    private readonly MpmcMap _map;

    public MpmcRingCore(RegionName name, RegionMode mode, RingOptions? options, int fixedMessageBytes)
        : base(new RegionRequest(name, mode, options ?? new RingOptions(), RingKind.Mpmc, fixedMessageBytes)) =>
        _map = new MpmcMap(Region.Base, Geometry);

    private protected override long* CompletedWord => _map.Completed;

    /// <summary>Takes a producer's row and makes its handle.</summary>
    public THandle AttachProducer<THandle>(Func<RowLease, MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>>, IRowOracle, HandleBells, THandle> handle)
        where THandle : RingHandle =>
        Attach(
            () => AttachRow(ParticipantRole.Producer),
            row => IsCompleted
                ? throw new RingCompletedException()
                : handle(row, new MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>>(_map, _map.Row(row.Row)), Region.Oracle, BellsOf(ParticipantRole.Producer)));

    /// <summary>Takes a consumer's row and makes its handle.</summary>
    public THandle AttachConsumer<THandle>(Func<RowLease, MpmcConsumerCore<DirectMemory>, IRowOracle, HandleBells, THandle> handle)
        where THandle : RingHandle =>
        Attach(
            () => AttachRow(ParticipantRole.Consumer),
            row => handle(row, new MpmcConsumerCore<DirectMemory>(_map, _map.Row(row.Row)), Region.Oracle, BellsOf(ParticipantRole.Consumer)));

    public RingInfo GetInfo() => WithRegion(() => MpmcInfo.Read(Region, _map));

    public RingRecovery Recover() => WithRegion(() =>
    {
        ThrowIfReadOnly();
        return MpmcRows.RecoverAndWake(Region, _map);
    });

    private RowLease AttachRow(ParticipantRole role)
    {
        RowLease row = MpmcRows.Attach(Region, _map, role);
        // A dead one's row may have been swept on the way.
        Region.InterruptAll();
        return row;
    }
}
