using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RingShm.Interop;

/// <summary>Windows' named events with a security descriptor, which the base library's have not.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class NativeEvent
{
    public const uint ManualReset = 1;
    public const uint ModifyState = 0x0002;

    private const string Kernel = "kernel32.dll";

    /// <summary>
    /// Makes the event, or opens the one that has this name; 0 when it can do neither. A bare handle and a bare name:
    /// a thread that goes to sleep allocates nothing.
    /// </summary>
    [LibraryImport(Kernel, EntryPoint = "CreateEventExW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial nint Create(NativeWindows.SecurityAttributes* security, char* name, uint flags, uint access);

    [LibraryImport(Kernel, EntryPoint = "OpenEventW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial nint Open(uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, char* name);

    [LibraryImport(Kernel, EntryPoint = "SetEvent", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Set(nint handle);

    [LibraryImport(Kernel, EntryPoint = "WaitForSingleObject", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial uint Wait(nint handle, uint milliseconds);

    [LibraryImport(Kernel, EntryPoint = "CloseHandle", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Close(nint handle);

    [LibraryImport("advapi32.dll", EntryPoint = "GetSecurityDescriptorLength")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial uint DescriptorLength(nint descriptor);
}
