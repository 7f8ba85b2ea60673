using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>The Windows calls that the base library does not offer, or not with a security descriptor.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class NativeWindows
{
    public const uint PageReadOnly = 0x02;
    public const uint PageReadWrite = 0x04;
    public const uint MapWrite = 0x02;
    public const uint MapRead = 0x04;

    public const int ErrorFileNotFound = 2;
    public const int ErrorLockViolation = 33;
    public const int ErrorInvalidParameter = 87;
    public const int ErrorAlreadyExists = 183;
    public const int ErrorIoPending = 997;

    public const uint LockFailImmediately = 1;
    public const uint LockExclusive = 2;

    public const uint ProcessQueryLimitedInformation = 0x1000;
    public const uint Synchronize = 0x0010_0000;
    public const uint WaitObject0 = 0;

    /// <summary>GetFileType: a file on a disk, no device and no pipe.</summary>
    public const uint DiskFile = 1;

    /// <summary>VirtualQuery: pages that may be touched.</summary>
    public const uint Committed = 0x1000;

    private const string Kernel = "kernel32.dll";

    [LibraryImport(Kernel, EntryPoint = "CreateFileMappingW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SectionHandle CreateFileMapping(
        nint file, SecurityAttributes* security, uint protection, uint sizeHigh, uint sizeLow, string? name);

    [LibraryImport(Kernel, EntryPoint = "OpenFileMappingW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SectionHandle OpenFileMapping(uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, string name);

    [LibraryImport(Kernel, EntryPoint = "MapViewOfFile", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial nint MapViewOfFile(SectionHandle section, uint access, uint offsetHigh, uint offsetLow, nuint bytes);

    [LibraryImport(Kernel, EntryPoint = "UnmapViewOfFile", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool UnmapViewOfFile(nint address);

    [LibraryImport(Kernel, EntryPoint = "VirtualQuery", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial nuint VirtualQuery(nint address, MemoryInformation* information, nuint length);

    [LibraryImport(Kernel, EntryPoint = "LockFileEx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool LockFile(
        SafeFileHandle file, uint flags, uint reserved, uint lengthLow, uint lengthHigh, NativeOverlapped* overlapped);

    [LibraryImport(Kernel, EntryPoint = "UnlockFileEx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool UnlockFile(
        SafeFileHandle file, uint reserved, uint lengthLow, uint lengthHigh, NativeOverlapped* overlapped);

    [LibraryImport(Kernel, EntryPoint = "OpenProcess", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial SafeProcessHandle OpenProcess(uint access, [MarshalAs(UnmanagedType.Bool)] bool inherit, int processId);

    [LibraryImport(Kernel, EntryPoint = "GetProcessTimes", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetProcessTimes(
        SafeProcessHandle process, out long creation, out long exit, out long kernel, out long user);

    [LibraryImport(Kernel, EntryPoint = "WaitForSingleObject", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial uint WaitForSingleObject(SafeProcessHandle process, uint milliseconds);

    [LibraryImport(Kernel, EntryPoint = "LocalFree", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial nint LocalFree(nint memory);

    [LibraryImport("advapi32.dll", EntryPoint = "ConvertStringSecurityDescriptorToSecurityDescriptorW",
        StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ConvertSecurityDescriptor(string text, uint revision, out nint descriptor, nint size);

    [LibraryImport(Kernel, EntryPoint = "GetFileType", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial uint TypeOfFile(SafeFileHandle file);

    [LibraryImport(Kernel, EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool InformationOfFile(SafeFileHandle file, FileInformation* information);

    [StructLayout(LayoutKind.Sequential)]
    public struct SecurityAttributes
    {
        public uint Length;
        public nint Descriptor;
        public int InheritHandle;
    }

    /// <summary>BY_HANDLE_FILE_INFORMATION; the times as pairs of 32 bits, as nothing in it is aligned to more.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileInformation
    {
        public uint Attributes;
        public fixed uint Times[6];
        public uint Volume;
        public uint LengthHigh;
        public uint LengthLow;
        public uint LinkCount;
        public uint IndexHigh;
        public uint IndexLow;
    }

    /// <summary>MEMORY_BASIC_INFORMATION of 64-bit Windows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MemoryInformation
    {
        public nint BaseAddress;
        public nint AllocationBase;
        public uint AllocationProtection;
        public uint PartitionId;
        public nuint RegionSize;
        public uint State;
        public uint Protection;
        public uint Type;
    }
}
