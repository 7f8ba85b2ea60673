using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Mapping;

/// <summary>
/// Devices and pipes have names too. They must be neither cut nor deleted, and a pipe not even opened: opening one for reading
/// waits until somebody writes.
/// </summary>
internal static unsafe class RegularFile
{
    /// <summary>Opens an existing file beside its other users.</summary>
    /// <exception cref="RingCorruptException">It is no regular file.</exception>
    /// <exception cref="IOException">As <see cref="File.OpenHandle"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="File.OpenHandle"/>.</exception>
    public static SafeFileHandle Open(string path, FileAccess access, string name)
    {
        if (OperatingSystem.IsLinux())
        {
            using SafeFileHandle here = new(NativeLinux.CurrentFolder, ownsHandle: false);
            if (IsSomethingElse(here, path, flags: 0))
                throw NotRegular(name);
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
        // On Linux it may have been exchanged between the two looks.
        if (OperatingSystem.IsLinux() ? !IsSomethingElse(file, "", NativeLinux.EmptyPath) : IsOnDisk(file))
            return file;
        file.Dispose();
        throw NotRegular(name);
    }

    /// <summary>Windows: whether the path still leads to this file, and not to another of the same name or to none.</summary>
    [SupportedOSPlatform("windows")]
    public static bool IsNamed(SafeFileHandle file, string path)
    {
        try
        {
            using SafeFileHandle there = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            NativeWindows.FileInformation ours;
            NativeWindows.FileInformation theirs;
            return NativeWindows.InformationOfFile(file, &ours)
                && NativeWindows.InformationOfFile(there, &theirs)
                && (ours.Volume, ours.IndexHigh, ours.IndexLow) == (theirs.Volume, theirs.IndexHigh, theirs.IndexLow);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone, or about to go with its last handle. Whoever believed in it looks again.
            return false;
        }
    }

    private static bool IsOnDisk(SafeFileHandle file) =>
        !OperatingSystem.IsWindows() || NativeWindows.TypeOfFile(file) == NativeWindows.DiskFile;

    /// <summary>False, too, for what is not there or may not be looked at: opening it says so better.</summary>
    [SupportedOSPlatform("linux")]
    private static bool IsSomethingElse(SafeFileHandle file, string path, int flags)
    {
        NativeLinux.FileStatus status;
        return NativeLinux.Status(file, path, flags, NativeLinux.StatTypeAndLinkCount, &status) == 0
            && (status.Mode & NativeLinux.TypeMask) != NativeLinux.TypeRegular;
    }

    private static RingCorruptException NotRegular(string name) => new($"'{name}' is not a regular file, and is left as it is.");
}
