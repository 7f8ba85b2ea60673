using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;

namespace RingShm;

/// <summary>
/// What the ring objects of all kinds have in common: an open region, the handles that were attached through it, and an end that
/// waits for neither. Thread-safe.
/// </summary>
internal abstract unsafe class RingCore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RingHandle> _handles = [];
    private readonly WaitStrategy _strategy;
    private bool _disposed;

    private protected RingCore(RegionRequest request)
    {
        Region = new RingRegion(request);
        _strategy = request.Options.WaitStrategy;
    }

    public RingRegion Region { get; }

    public Layout.RingGeometry Geometry => Region.Header.Geometry;

    /// <summary>Disposes the handles, and lets go of the region when the last of them has.</summary>
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
        Region.ReleaseReference();
    }

    /// <summary>
    /// Makes a handle of a row that <paramref name="take"/> attaches; the row is given back when <paramref name="start"/> fails.
    /// </summary>
    private protected THandle Attach<THandle>(Func<RowLease> take, Func<RowLease, THandle> start)
        where THandle : RingHandle
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, GetType());
            ThrowIfReadOnly();
            RowLease lease = take();
            try
            {
                THandle handle = start(lease);
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

    /// <summary>True after <see cref="Complete"/>, in any process.</summary>
    public bool IsCompleted => WithRegion(() =>
        // S13 acquire: as the handles read it. Pairs with S12.
        DirectMemory.LoadAcquire(CompletedWord, Edge.S13) != 0);

    /// <summary>The word that says that nothing more will come. A state cell has none, and nobody asks it.</summary>
    private protected virtual long* CompletedWord => throw new NotSupportedException("What has no end is not completed.");

    public void Complete() => TryComplete();

    /// <summary>False when it was completed already: of all who try, one gets true.</summary>
    public bool TryComplete() => WithRegion(() =>
    {
        ThrowIfReadOnly();
        // S12 release: what was published before stays before the end mark, and one of all completers makes it. Pairs with S13.
        bool isFirst = DirectMemory.CompareExchange(CompletedWord, 1, 0, Edge.S12) == 0;
        Region.InterruptAll();
        return isFirst;
    });

    /// <summary>The doorbells of a handle that writes or reads.</summary>
    private protected HandleBells BellsOf(ParticipantRole role) => role == ParticipantRole.Producer
        ? new HandleBells(Region, Region.Space, Region.Data, _strategy)
        : new HandleBells(Region, Region.Data, Region.Space, _strategy);

    private protected void ThrowIfReadOnly()
    {
        if (Region.Access == RingAccess.ReadOnly)
            throw new InvalidOperationException($"'{Region.Name}' was opened read-only.");
    }

    /// <summary>Runs something with the region held mapped, also against a Dispose on another thread.</summary>
    private protected TResult WithRegion<TResult>(Func<TResult> action)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, GetType());
            Region.AddReference();
        }

        try
        {
            return action();
        }
        finally
        {
            Region.ReleaseReference();
        }
    }
}
