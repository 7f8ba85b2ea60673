using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>Windows' named mutexes with a security descriptor, which the base library's have not.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class NativeMutex
{
    private const string Kernel = "kernel32.dll";

    /// <summary>Makes the mutex, owned by nobody, or opens the one that has this name; invalid when it can do neither.</summary>
    [LibraryImport(Kernel, EntryPoint = "CreateMutexExW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SafeWaitHandle Create(NativeWindows.SecurityAttributes* security, string name, uint flags, uint access);

    [LibraryImport(Kernel, EntryPoint = "OpenMutexW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SafeWaitHandle Open(uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, string name);
}
