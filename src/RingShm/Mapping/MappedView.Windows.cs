using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using RingShm.Interop;

namespace RingShm.Mapping;

internal sealed unsafe partial class MappedView
{
    /// <summary>Maps the whole section; its length is what the system says, rounded up to pages.</summary>
    [SupportedOSPlatform("windows")]
    public static MappedView MapWindows(SectionHandle section, bool writable, string name)
    {
        nint address = NativeWindows.MapViewOfFile(
            section, writable ? NativeWindows.MapWrite | NativeWindows.MapRead : NativeWindows.MapRead, 0, 0, 0);
        if (address == 0)
            throw NativeErrors.ForWindows(Marshal.GetLastPInvokeError(), $"'{name}' cannot be mapped");
        NativeWindows.MemoryInformation information;
        nuint written = NativeWindows.VirtualQuery(address, &information, (nuint)sizeof(NativeWindows.MemoryInformation));
        // Somebody else's section may have pages that are only reserved: to touch one would be the end of this process.
        bool isThere = written != 0 && information.State == NativeWindows.Committed;
        return new MappedView(address, isThere ? (long)information.RegionSize : 0);
    }

    private bool UnmapWindows() => !OperatingSystem.IsWindows() || NativeWindows.UnmapViewOfFile(handle);
}
