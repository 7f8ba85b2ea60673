using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>Windows' named semaphores with a security descriptor, which the base library's have not.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class NativeSemaphore
{
    /// <summary>Makes the semaphore, or opens the one that has this name.</summary>
    [LibraryImport("kernel32.dll", EntryPoint = "CreateSemaphoreW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SafeWaitHandle Create(NativeWindows.SecurityAttributes* security, int initial, int maximum, string name);

    [LibraryImport("kernel32.dll", EntryPoint = "ReleaseSemaphore", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Release(SafeWaitHandle semaphore, int units, nint previous);
}
