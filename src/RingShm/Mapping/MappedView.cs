using Microsoft.Win32.SafeHandles;

namespace RingShm.Mapping;

/// <summary>A mapped range of memory, unmapped when disposed or, at the latest, when nobody can reach it any more.</summary>
internal sealed unsafe partial class MappedView : SafeHandleZeroOrMinusOneIsInvalid
{
    private MappedView(nint address, long lengthBytes)
        : base(ownsHandle: true)
    {
        LengthBytes = lengthBytes;
        SetHandle(address);
    }

    public long LengthBytes { get; }

    public byte* Base => (byte*)handle;

    /// <summary>
    /// Brings every page into this process's page table. Only reads, so it is safe beside live peers; the space itself was
    /// reserved at creation.
    /// </summary>
    /// <param name="file">What is mapped, where it is a file.</param>
    /// <param name="writable">True to have the first writes find their pages too.</param>
    public void Prefault(SafeFileHandle? file, bool writable)
    {
        if (TryPopulateLinux(file, writable))
            return;
        for (long offset = 0; offset < LengthBytes; offset += Environment.SystemPageSize)
            _ = Volatile.Read(ref Base[offset]);
    }

    protected override bool ReleaseHandle() => OperatingSystem.IsWindows() ? UnmapWindows() : UnmapLinux();
}
