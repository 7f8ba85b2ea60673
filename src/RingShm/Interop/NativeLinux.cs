using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>The Linux calls that the base library does not offer. Constants are the same on x86-64 and ARM64.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeLinux
{
    public const int ProtRead = 1;
    public const int ProtWrite = 2;
    public const int MapShared = 1;
    public const int AdvicePopulateRead = 22;
    public const int AdvicePopulateWrite = 23;

    public const int SetOpenDescriptionLock = 37;
    public const int GetOpenDescriptionLock = 36;
    public const short ReadLock = 0;
    public const short WriteLock = 1;
    public const short NoLock = 2;

    public const int ErrorInterrupted = 4;
    public const int ErrorTryAgain = 11;
    public const int ErrorAccess = 13;
    public const int ErrorInvalid = 22;
    public const int ErrorNotSupported = 95;
    public const int ErrorTimedOut = 110;

    /// <summary>The type number of tmpfs.</summary>
    public const long MemoryFileSystem = 0x0102_1994;

    public const int EmptyPath = 0x1000;

    /// <summary>Stands for "relative to the current folder" where a call wants an open folder (AT_FDCWD).</summary>
    public const int CurrentFolder = -100;
    public const uint StatTypeAndLinkCount = 0x5;
    public const ushort TypeMask = 0xF000;
    public const ushort TypeRegular = 0x8000;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint MapMemory(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int UnmapMemory(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int AdviseMemory(nint address, nuint length, int advice);

    /// <summary>Returns the error number itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int FileSystemOf(SafeFileHandle file, FileSystemStatus* status);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ControlLock(SafeFileHandle file, int command, FileLock* fileLock);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Status(SafeFileHandle file, string path, int flags, uint mask, FileStatus* status);

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int ProcessId;
    }

    /// <summary>The head of struct statfs of 64-bit Linux; the whole has 120 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct FileSystemStatus
    {
        public long Type;
        public long BlockBytes;
        public long Blocks;
        public long FreeBlocks;
        public long AvailableBlocks;
    }

    /// <summary>The head of struct statx, which is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(0x00)]
        public uint Mask;

        [FieldOffset(0x10)]
        public uint LinkCount;

        [FieldOffset(0x1C)]
        public ushort Mode;
    }
}
