using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Mapping;

/// <summary>How a region file gets its space and its permissions.</summary>
internal static class RegionSpace
{
    /// <summary>Signals interrupt a long reservation and would make it start over; small steps always get through.</summary>
    private const long ReservationStepBytes = 64L << 20;

    /// <summary>Makes the empty file, by us alone or not at all, open to nobody else from its first instant.</summary>
    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">This account may not make it.</exception>
    public static void MakeEmpty(string path, RingOptions options)
    {
        const FileShare BesideOthers = FileShare.ReadWrite | FileShare.Delete;
        if (OperatingSystem.IsWindows())
        {
            FileSecurity security = new();
            security.SetSecurityDescriptorSddlForm((options.Security ?? RingSecurity.OwnerOnly).ToSddl(OwnSid()));
            // A buffer of one byte is none; no length may be below it.
            new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.ReadData | FileSystemRights.WriteData, BesideOthers, 1, FileOptions.None, security)
                .Dispose();
            return;
        }

        using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = BesideOthers,
            BufferSize = 0,
            UnixCreateMode = options.UnixMode,
        });
        // The umask took rights away that the options grant.
        File.SetUnixFileMode(file.SafeFileHandle, options.UnixMode);
    }

    /// <summary>
    /// Gives the file its full length with real space behind it, all zero, so that a full disk is an error here and not a
    /// signal later.
    /// </summary>
    public static void Reserve(SafeFileHandle file, long totalBytes, string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.SetLength(file, totalBytes);
            return;
        }

        // Filling a memory file system to find out that it is too small would drive the whole machine out of memory first.
        if (AvailableBytes(file) is { } available && totalBytes > available)
            throw new RingStorageException($"There is no room for '{name}': it takes {totalBytes} bytes and {available} are free.");
        for (long offset = 0; offset < totalBytes;)
        {
            long step = Math.Min(ReservationStepBytes, totalBytes - offset);
            int error = NativeLinux.Allocate(file, offset, step);
            if (error == 0)
                offset += step;
            else if (error != NativeLinux.ErrorInterrupted)
                throw NativeErrors.ForLinux(error, $"There is no room for '{name}' ({totalBytes} bytes)");
        }
    }

    /// <summary>What this account may still take of the file system, or null when it does not say.</summary>
    [SupportedOSPlatform("linux")]
    private static unsafe long? AvailableBytes(SafeFileHandle file)
    {
        NativeLinux.FileSystemStatus status;
        if (NativeLinux.FileSystemOf(file, &status) != 0)
            return null;
        // A tmpfs without a limit reports no blocks at all.
        Int128 bytes = (Int128)status.AvailableBlocks * status.BlockBytes;
        long? free = status.Blocks <= 0 ? null : (long)Int128.Clamp(bytes, 0, long.MaxValue);
        // A memory file system may promise more than the machine has left.
        return status.Type == NativeLinux.MemoryFileSystem && AvailableMemoryBytes() is { } memory
            ? Math.Min(memory, free ?? long.MaxValue)
            : free;
    }

    /// <summary>What the kernel says can be taken without driving it to extremes; null when it does not say.</summary>
    private static long? AvailableMemoryBytes()
    {
        string[] fields = ["MemAvailable:", "SwapFree:"];
        long kibibytes = 0;
        try
        {
            foreach (string line in File.ReadLines("/proc/meminfo"))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length >= 2 && fields.Contains(words[0]) && long.TryParse(words[1], CultureInfo.InvariantCulture, out long value))
                    kibibytes += value;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return kibibytes == 0 ? null : kibibytes * 1024;
    }

    public static RingException ErrorFor(Exception exception, string name, long totalBytes) =>
        NativeErrors.IsHeldElsewhere(exception) || NativeErrors.IsMapped(exception)
        ? NativeErrors.ForFile(exception, $"'{name}' cannot be created")
        : new RingStorageException($"There is no room for '{name}' ({totalBytes} bytes): {exception.Message}", exception);

    /// <summary>The security descriptor for a new object, in Windows' own form; the caller frees it with LocalFree.</summary>
    [SupportedOSPlatform("windows")]
    public static nint DescriptorFor(RingSecurity security) =>
        NativeWindows.ConvertSecurityDescriptor(security.ToSddl(OwnSid()), 1, out nint descriptor, 0)
            ? descriptor
            : throw NativeErrors.ForWindows(Marshal.GetLastPInvokeError(), "The security descriptor cannot be made");

    [SupportedOSPlatform("windows")]
    public static void FreeDescriptor(nint descriptor) => _ = NativeWindows.LocalFree(descriptor);

    [SupportedOSPlatform("windows")]
    private static string OwnSid()
    {
        using WindowsIdentity identity = WindowsIdentity.GetCurrent();
        return identity.User?.Value ?? throw new RingException("This account has no security identifier.");
    }
}
