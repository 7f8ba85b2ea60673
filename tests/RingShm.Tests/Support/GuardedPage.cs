using System.Runtime.InteropServices;

namespace RingShm.Tests;

/// <summary>One readable page with one that nobody may touch behind it.</summary>
internal sealed unsafe partial class GuardedPage : IDisposable
{
    private const int PageBytes = 65536;
    private readonly nint _start;

    public GuardedPage()
    {
        if (OperatingSystem.IsWindows())
        {
            _start = VirtualAlloc(0, 2 * PageBytes, Reserve, NoAccess);
            Assert.NotEqual(0, VirtualAlloc(_start, PageBytes, Commit, ReadWrite));
        }
        else
        {
            _start = Map(0, 2 * PageBytes, 3, 0x22, -1, 0);
            Assert.Equal(0, Protect(_start + PageBytes, PageBytes, 0));
        }
    }

    /// <summary>The first byte that must not be touched.</summary>
    public byte* End => (byte*)_start + PageBytes;

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
            _ = VirtualFree(_start, 0, Release);
        else
            _ = Unmap(_start, 2 * PageBytes);
    }

    private const uint Commit = 0x1000;
    private const uint Reserve = 0x2000;
    private const uint Release = 0x8000;
    private const uint NoAccess = 1;
    private const uint ReadWrite = 4;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial nint VirtualAlloc(nint address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
    private static partial int VirtualFree(nint address, nuint length, uint type);
}
