using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// An open region that a ring object and its handles share. It stays mapped until the last of them lets go, so that no thread
/// ever finds its memory gone.
/// </summary>
internal sealed unsafe class RingRegion : IRegionRows
{
    private readonly OpenedRegion _opened;
    private readonly KernelDoorbell? _data;
    private readonly KernelDoorbell? _space;
    private int _references = 1;

    public RingRegion(RegionRequest request)
    {
        _opened = RegionDirectory.Open(request);
        Name = request.Name;
        Access = request.Options.Access;
        Oracle = OperatingSystem.IsWindows()
            ? new ProcessHandleOracle()
            : new FileLockOracle(_opened.FileLocks!, request.Name.ToString());
        if (Access == RingAccess.ReadOnly)
            return;
        try
        {
            (_data, _space) = OpenDoorbells(request.Options.Security ?? RingSecurity.OwnerOnly);
        }
        catch
        {
            ReleaseReference();
            throw;
        }

        DoorbellMap words = new(Base, Header.Geometry);
        Data = new Doorbell<DirectMemory>(words.Data, _data, ProcessBarrier.RingersFence);
        Space = new Doorbell<DirectMemory>(words.Space, _space, ProcessBarrier.RingersFence);
    }

    /// <summary>Consumers sleep here, producers ring. In a region that can be written.</summary>
    public Doorbell<DirectMemory> Data { get; }

    /// <summary>Producers sleep here, consumers ring. In a region that can be written.</summary>
    public Doorbell<DirectMemory> Space { get; }

    public RegionName Name { get; }

    public RingAccess Access { get; }

    public string DisplayName => Name.ToString();

    public IRowOracle Oracle { get; }

    public RegionHeader Header => _opened.Header;

    public bool CreatedNew => _opened.CreatedNew;

    public byte* Base => _opened.View.Base;

    public byte* RowAt(int row) => Base + Header.Geometry.RowsOffset + ((long)row * Header.Geometry.RowStrideBytes);

    /// <summary>Keeps the region mapped; throws when it is gone already.</summary>
    public void AddReference() => ObjectDisposedException.ThrowIf(!TryAddReference(), typeof(RingRegion));

    /// <summary>Keeps the region mapped; false when it is gone already.</summary>
    public bool TryAddReference()
    {
        int seen = Volatile.Read(ref _references);
        while (seen != 0)
        {
            int found = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (found == seen)
                return true;
            seen = found;
        }

        return false;
    }

    /// <summary>Has everybody who sleeps look at the ring again, after it was changed by other means than a message.</summary>
    public void InterruptAll()
    {
        Data.Interrupt();
        Space.Interrupt();
    }

    public void ReleaseReference()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        _data?.Dispose();
        _space?.Dispose();
        _opened.View.Dispose();
        _opened.Backing.Dispose();
    }

    private (KernelDoorbell Data, KernelDoorbell Space) OpenDoorbells(RingSecurity security)
    {
        // A region is known by its creation, not by its name: a successor of the same name must not share its predecessor's sleepers.
        string stem = $@"{(Name.IsGlobal ? "Global" : "Local")}\ringshm-{Header.CreationId:N}";
        nint descriptor = OperatingSystem.IsWindows() ? RegionSpace.DescriptorFor(security) : 0;
        try
        {
            KernelDoorbell data = KernelDoorbell.Open($"{stem}-data", descriptor);
            try
            {
                return (data, KernelDoorbell.Open($"{stem}-space", descriptor));
            }
            catch
            {
                data.Dispose();
                throw;
            }
        }
        finally
        {
            if (OperatingSystem.IsWindows())
                RegionSpace.FreeDescriptor(descriptor);
        }
    }
}
