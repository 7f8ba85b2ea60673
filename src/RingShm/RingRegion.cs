using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;

namespace RingShm;

/// <summary>
/// An open region that a ring object and its handles share. It stays mapped until the last of them lets go, so that no thread
/// ever finds its memory gone.
/// </summary>
internal sealed unsafe class RingRegion : IRegionRows
{
    private readonly OpenedRegion _opened;
    private int _references = 1;

    public RingRegion(RegionRequest request)
    {
        _opened = RegionDirectory.Open(request);
        Name = request.Name;
        Access = request.Options.Access;
        Oracle = OperatingSystem.IsWindows()
            ? new ProcessHandleOracle()
            : new FileLockOracle(_opened.FileLocks!, request.Name.ToString());
    }

    public RegionName Name { get; }

    public RingAccess Access { get; }

    public string DisplayName => Name.ToString();

    public IRowOracle Oracle { get; }

    public RegionHeader Header => _opened.Header;

    public bool CreatedNew => _opened.CreatedNew;

    public byte* Base => _opened.View.Base;

    public byte* RowAt(int row) => Base + Header.Geometry.RowsOffset + ((long)row * Header.Geometry.RowStrideBytes);

    /// <summary>Keeps the region mapped; fails when it is gone already.</summary>
    public void AddReference()
    {
        int seen = Volatile.Read(ref _references);
        while (true)
        {
            ObjectDisposedException.ThrowIf(seen == 0, typeof(RingRegion));
            int found = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }

    public void ReleaseReference()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        _opened.View.Dispose();
        _opened.Backing.Dispose();
    }
}
