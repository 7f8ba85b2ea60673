using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>What <see cref="SpscRing"/> and <see cref="SpscRing{T}"/> have in common. Thread-safe.</summary>
internal sealed unsafe class SpscRingCore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RingHandle> _handles = [];
    private readonly RingRegion _region;
    private readonly SpscMap _map;
    private bool _disposed;

    public SpscRingCore(RegionName name, RegionMode mode, RingOptions? options, int fixedMessageBytes)
    {
        options ??= new RingOptions();
        if (options.Producers == Cardinality.Many || options.Consumers == Cardinality.Many)
            throw new ArgumentException(
                $"An SPSC ring has one producer and one consumer; the options ask for {options.Producers} and {options.Consumers}.", nameof(options));
        _region = new RingRegion(new RegionRequest(name, mode, options, RingKind.Spsc, fixedMessageBytes));
        _map = new SpscMap(_region.Base, _region.Header.Geometry);
    }

    public RingRegion Region => _region;

    public RingGeometry Geometry => _region.Header.Geometry;

    public bool IsCompleted => WithRegion(static core =>
        // S13 acquire: as the handles read it. Pairs with S12.
        DirectMemory.LoadAcquire(core._map.Completed, Edge.S13) != 0);

    /// <summary>Takes the producer's row and makes its handle.</summary>
    public THandle AttachProducer<THandle>(Func<RowLease, SpscProducerCore<DirectMemory>, THandle> handle)
        where THandle : RingHandle =>
        Attach(SpscLayout.ProducerRow, ParticipantRole.Producer, (row, predecessorDied) =>
        {
            if (IsCompleted)
                ThrowHelper.Completed();
            return handle(row, SpscRoles<DirectMemory>.StartProducer(_map, predecessorDied));
        });

    /// <summary>Takes the consumer's row and makes its handle.</summary>
    public THandle AttachConsumer<THandle>(Func<RowLease, SpscConsumerCore<DirectMemory>, THandle> handle)
        where THandle : RingHandle =>
        Attach(SpscLayout.ConsumerRow, ParticipantRole.Consumer, (row, predecessorDied) =>
            handle(row, SpscRoles<DirectMemory>.StartConsumer(_map, predecessorDied)));

    public void Complete() => WithRegion(static core =>
    {
        core.ThrowIfReadOnly();
        // S12 release: what was published before stays before the end mark. Pairs with S13.
        DirectMemory.StoreRelease(core._map.Completed, 1, Edge.S12);
        return true;
    });

    public RingInfo GetInfo() => WithRegion(static core => SpscInfo.Read(core._region, core._map));

    public void Dispose()
    {
        RingHandle[] handles;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            handles = [.. _handles];
            _handles.Clear();
        }

        foreach (RingHandle handle in handles)
            handle.Dispose();
        _region.ReleaseReference();
    }

    private THandle Attach<THandle>(int row, ParticipantRole role, Func<RowLease, bool, THandle> start)
        where THandle : RingHandle
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SpscRing));
            ThrowIfReadOnly();
            RowLease lease = RowLease.Attach(_region, row, role, out bool predecessorDied);
            try
            {
                THandle handle = start(lease, predecessorDied);
                _handles.RemoveAll(static handle => handle.IsDisposed);
                _handles.Add(handle);
                return handle;
            }
            catch
            {
                lease.Dispose();
                throw;
            }
        }
    }

    private void ThrowIfReadOnly()
    {
        if (_region.Access == RingAccess.ReadOnly)
            throw new InvalidOperationException($"'{_region.Name}' was opened read-only.");
    }

    /// <summary>Runs something with the region held mapped, also against a Dispose on another thread.</summary>
    private TResult WithRegion<TResult>(Func<SpscRingCore, TResult> action)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SpscRing));
            _region.AddReference();
        }

        try
        {
            return action(this);
        }
        finally
        {
            _region.ReleaseReference();
        }
    }
}
