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

    private bool TryPopulateLinux(bool writable) =>
        OperatingSystem.IsLinux() && NativeLinux.AdviseMemory(
            handle, (nuint)LengthBytes, writable ? NativeLinux.AdvicePopulateWrite : NativeLinux.AdvicePopulateRead) == 0;

    private bool UnmapLinux() => !OperatingSystem.IsLinux() || NativeLinux.UnmapMemory(handle, (nuint)LengthBytes) == 0;
}
