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
    /// Brings every page of a view that is written through into this process's page table, so that the first writes find theirs. Changes no
    /// byte, so it is safe beside live peers; the space itself was reserved at creation.
    /// </summary>
    /// <param name="file">What is mapped, where it is a file.</param>
    public void Prefault(SafeFileHandle? file)
    {
        if (TryPopulateLinux(file))
            return;
        for (long offset = 0; offset < LengthBytes; offset += Environment.SystemPageSize)
            _ = Volatile.Read(ref Base[offset]);
    }

    protected override bool ReleaseHandle() => OperatingSystem.IsWindows() ? UnmapWindows() : UnmapLinux();
}
