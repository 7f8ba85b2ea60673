using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>What <see cref="SpscRing"/> and <see cref="SpscRing{T}"/> have in common. Thread-safe.</summary>
internal sealed unsafe class SpscRingCore : RingCore
{
    private readonly SpscMap _map;

    public SpscRingCore(RegionName name, RegionMode mode, RingOptions? options, int fixedMessageBytes)
        : base(new RegionRequest(name, mode, Checked(options ?? new RingOptions()), RingKind.Spsc, fixedMessageBytes)) =>
        _map = new SpscMap(Region.Base, Geometry);

    private protected override long* CompletedWord => _map.Completed;

    /// <summary>Takes the producer's row and makes its handle.</summary>
    public THandle AttachProducer<THandle>(Func<RowLease, SpscProducerCore<DirectMemory>, HandleBells, THandle> handle)
        where THandle : RingHandle =>
        Attach(SpscLayout.ProducerRow, ParticipantRole.Producer, (row, predecessorDied) =>
        {
            if (IsCompleted)
                ThrowHelper.Completed();
            return handle(row, SpscRoles<DirectMemory>.StartProducer(_map, predecessorDied), BellsOf(ParticipantRole.Producer));
        });

    /// <summary>Takes the consumer's row and makes its handle.</summary>
    public THandle AttachConsumer<THandle>(Func<RowLease, SpscConsumerCore<DirectMemory>, HandleBells, THandle> handle)
        where THandle : RingHandle =>
        Attach(SpscLayout.ConsumerRow, ParticipantRole.Consumer, (row, predecessorDied) =>
            handle(row, SpscRoles<DirectMemory>.StartConsumer(_map, predecessorDied), BellsOf(ParticipantRole.Consumer)));

    public RingInfo GetInfo() => WithRegion(() => SpscInfo.Read(Region, _map));

    private static RingOptions Checked(RingOptions options)
    {
        if (options.Producers == Cardinality.Many || options.Consumers == Cardinality.Many)
            throw new ArgumentException(
                $"An SPSC ring has one producer and one consumer; the options ask for {options.Producers} and {options.Consumers}.", nameof(options));
        if (options.MaxParticipants is not (0 or SpscLayout.RowCount))
            throw new ArgumentException($"An SPSC ring has two participants; the options ask for {options.MaxParticipants}.", nameof(options));
        if (options.DeadConsumers == DeadConsumerPolicy.Drop)
            throw new ArgumentException("An SPSC ring delivers again what a dead consumer held; the options ask to drop it.", nameof(options));
        return options;
    }

    private THandle Attach<THandle>(int row, ParticipantRole role, Func<RowLease, bool, THandle> start)
        where THandle : RingHandle
    {
        bool predecessorDied = false;
        return Attach(() => RowLease.Attach(Region, row, role, out predecessorDied), lease => start(lease, predecessorDied));
    }
}
