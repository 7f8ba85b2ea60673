using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Broadcast;

/// <summary>What <see cref="BroadcastRing"/> and <see cref="BroadcastRing{T}"/> have in common. Thread-safe.</summary>
internal sealed unsafe class BroadcastRingCore : RingCore
{
    private readonly BroadcastMap _map;

    public BroadcastRingCore(RegionName name, RegionMode mode, RingOptions? options, int fixedMessageBytes)
        : base(new RegionRequest(name, mode, Checked(options ?? new RingOptions()), RingKind.Broadcast, fixedMessageBytes)) =>
        _map = new BroadcastMap(Region.Base, Geometry);

    private protected override long* CompletedWord => _map.Slots.Completed;

    /// <summary>Takes a writer's row and makes its handle.</summary>
    public THandle AttachWriter<THandle>(
        Func<RowLease, MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>>, IRowOracle, HandleBells, THandle> handle)
        where THandle : RingHandle =>
        Attach(
            () => AttachRow(ParticipantRole.Producer),
            row => IsCompleted
                ? throw new RingCompletedException()
                : handle(
                    row,
                    new MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>>(_map.Slots, _map.Row(row.Row), new RetainedRoom<DirectMemory>(_map)),
                    Region.Oracle,
                    BellsOf(ParticipantRole.Producer)));

    /// <summary>Takes a reader's row and makes its handle.</summary>
    public THandle AttachReader<THandle>(
        ReaderStart start, ReaderResume resume, Func<RowLease, BroadcastReaderCore<DirectMemory>, IRowOracle, HandleBells, THandle> handle)
        where THandle : RingHandle
    {
        if (!Enum.IsDefined(start))
            throw new ArgumentOutOfRangeException(nameof(start), start, "A reader starts at the oldest, the newest or the next message.");
        if (!Enum.IsDefined(resume))
            throw new ArgumentOutOfRangeException(nameof(resume), resume, "A lapped reader resumes at the oldest or the newest message.");
        return Attach(
            () => AttachRow(ParticipantRole.Consumer),
            row =>
            {
                try
                {
                    return handle(
                        row,
                        new BroadcastReaderCore<DirectMemory>(_map, _map.Row(row.Row), start, resume),
                        Region.Oracle,
                        BellsOf(ParticipantRole.Consumer));
                }
                catch
                {
                    // The row goes back, and it must not hold the writers.
                    BroadcastRecovery<DirectMemory>.ClearRow(_map.Row(row.Row));
                    throw;
                }
            });
    }

    public RingInfo GetInfo() => WithRegion(() => BroadcastInfo.Read(Region, _map));

    public RingRecovery Recover() => WithRegion(() =>
    {
        ThrowIfReadOnly();
        return BroadcastRows.RecoverAndWake(Region, _map);
    });

    private static RingOptions Checked(RingOptions options)
    {
        if (options.Consumers == Cardinality.One)
            throw new ArgumentException("A broadcast ring is for any number of readers; the options ask for one.", nameof(options));
        if (options.DeadConsumers != DeadConsumerPolicy.Default)
            throw new ArgumentException(
                $"What a dead reader of a broadcast ring had not read was its alone; the options ask to {options.DeadConsumers} it.", nameof(options));
        if (options is { Delivery: BroadcastDelivery.Lossy, SlowReaders: not SlowReaderPolicy.Default })
            throw new ArgumentException(
                $"Nobody waits for the readers of a lossy ring; the options ask for {options.SlowReaders} all the same.", nameof(options));
        return options;
    }

    private RowLease AttachRow(ParticipantRole role)
    {
        RowLease row = BroadcastRows.Attach(Region, _map, role);
        // A dead one's row may have been swept on the way.
        Region.InterruptAll();
        return row;
    }
}
