using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>A Windows section object; a named one lives while any handle to it, or any view of it, is open.</summary>
internal sealed partial class SectionHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public SectionHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => CloseHandle(handle);

    [LibraryImport("kernel32.dll", EntryPoint = "CloseHandle")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);
}
