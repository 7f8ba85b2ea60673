using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <remarks>
/// Linux: an open-file-description lock (fcntl F_OFD_SETLK). Unlike a classic POSIX lock it is not dropped when some other
/// descriptor of the same file is closed, and unlike a pid it means the same in every pid namespace. The kernel releases it
/// while the process exits, before it becomes a zombie.
/// </remarks>
internal static unsafe partial class KernelFileLock
{
    [SupportedOSPlatform("linux")]
    private static bool TryLockLinux(SafeFileHandle file, long position, bool shared, string name)
    {
        short type = shared ? NativeLinux.ReadLock : NativeLinux.WriteLock;
        int error = Control(file, NativeLinux.SetOpenDescriptionLock, type, position, out _);
        return error switch
        {
            0 => true,
            NativeLinux.ErrorTryAgain or NativeLinux.ErrorAccess => false,
            _ => throw NativeErrors.ForLinux(error, $"'{name}' cannot be locked"),
        };
    }

    [SupportedOSPlatform("linux")]
    private static void UnlockLinux(SafeFileHandle file, long position) =>
        _ = Control(file, NativeLinux.SetOpenDescriptionLock, NativeLinux.NoLock, position, out _);

    [SupportedOSPlatform("linux")]
    private static bool IsHeldByOtherLinux(SafeFileHandle file, long position, string name)
    {
        int error = Control(file, NativeLinux.GetOpenDescriptionLock, NativeLinux.WriteLock, position, out short type);
        return error == 0
            ? type != NativeLinux.NoLock
            : throw NativeErrors.ForLinux(error, $"The locks of '{name}' cannot be read");
    }

    [SupportedOSPlatform("linux")]
    private static int Control(SafeFileHandle file, int command, short type, long position, out short typeFound)
    {
        NativeLinux.FileLock fileLock;
        do
        {
            fileLock = new NativeLinux.FileLock { Type = type, Whence = 0, Start = position, Length = 1 };
            if (NativeLinux.ControlLock(file, command, &fileLock) != -1)
            {
                typeFound = fileLock.Type;
                return 0;
            }
        }
        while (Marshal.GetLastPInvokeError() == NativeLinux.ErrorInterrupted);

        typeFound = 0;
        return Marshal.GetLastPInvokeError();
    }
}
