using System.Security.Cryptography;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>What <see cref="StateCell"/> and <see cref="StateCell{T}"/> have in common. Thread-safe.</summary>
internal sealed unsafe class StateCellCore : RingCore
{
    private readonly StateMap _map;

    /// <summary>Names this object in the values that its writers write, so that its readers can tell their own. Never 0.</summary>
    private readonly long _source = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) | 1;

    public StateCellCore(RegionName name, RegionMode mode, RingOptions? options, int fixedValueBytes)
        : base(new RegionRequest(name, mode, options ?? new RingOptions(), RingKind.State, fixedValueBytes)) =>
        _map = new StateMap(Region.Base, Geometry);

    public long Version => WithRegion(() =>
        // V1 acquire: as the handles read it. Pairs with V18.
        StateWord.VersionOf(DirectMemory.LoadAcquire(_map.Current, Edge.V1)));

    /// <summary>Takes a writer's row and makes its handle.</summary>
    public THandle AttachWriter<THandle>(Func<StateAttachment, StateWriterCore<DirectMemory>, THandle> handle)
        where THandle : RingHandle =>
        Attach(
            () => StateRows.Attach(Region, _map, ParticipantRole.Producer),
            row => handle(AttachmentOf(row), new StateWriterCore<DirectMemory>(_map, _map.Row(row.Row), _source)));

    /// <summary>Takes a reader's row and makes its handle.</summary>
    public THandle AttachReader<THandle>(Func<StateAttachment, THandle> handle)
        where THandle : RingHandle =>
        Attach(() => StateRows.Attach(Region, _map, ParticipantRole.Consumer), row => handle(AttachmentOf(row)));

    public RingInfo GetInfo() => WithRegion(() => StateInfo.Read(Region, _map));

    public RingRecovery Recover() => WithRegion(() =>
    {
        ThrowIfReadOnly();
        return StateRows.Recover(Region, _map);
    });

    /// <summary>All handles sleep on the doorbell of data, and all writers ring it.</summary>
    private StateAttachment AttachmentOf(RowLease row) =>
        new(row, Region, BellsOf(ParticipantRole.Consumer), new StateReaderCore<DirectMemory>(_map, _map.Row(row.Row)), _source);
}

/// <summary>What a new handle is made of.</summary>
internal readonly record struct StateAttachment(
    RowLease Row, RingRegion Region, HandleBells Bells, StateReaderCore<DirectMemory> Reader, long Source);
