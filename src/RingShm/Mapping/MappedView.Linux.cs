using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Mapping;

internal sealed unsafe partial class MappedView
{
    [SupportedOSPlatform("linux")]
    public static MappedView MapLinux(SafeFileHandle file, long lengthBytes, bool writable, string name)
    {
        int protection = writable ? NativeLinux.ProtRead | NativeLinux.ProtWrite : NativeLinux.ProtRead;
        nint address = NativeLinux.MapMemory(0, checked((nuint)lengthBytes), protection, NativeLinux.MapShared, file, 0);
        return address != -1
            ? new MappedView(address, lengthBytes)
            : throw NativeErrors.ForLinux(Marshal.GetLastPInvokeError(), $"'{name}' cannot be mapped ({lengthBytes} bytes)");
    }

    /// <summary>
    /// Pages of a memory file system are there from creation on and nobody has to be told when they are written to, so reading maps
    /// them writable, sixteen at a fault. Those of other file systems are made writable one by one, at the first write.
    /// </summary>
    private bool TryPopulateLinux(SafeFileHandle? file, bool writable)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        NativeLinux.FileSystemStatus status;
        bool byReading = !writable
            || (file != null && NativeLinux.FileSystemOf(file, &status) == 0 && status.Type == NativeLinux.MemoryFileSystem);
        int advice = byReading ? NativeLinux.AdvicePopulateRead : NativeLinux.AdvicePopulateWrite;
        return NativeLinux.AdviseMemory(handle, (nuint)LengthBytes, advice) == 0;
    }

    private bool UnmapLinux() => !OperatingSystem.IsLinux() || NativeLinux.UnmapMemory(handle, (nuint)LengthBytes) == 0;
}
