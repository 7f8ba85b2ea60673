using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <remarks>Windows: LockFileEx on one byte; the system unlocks it when the handle is closed, also by the holder's end.</remarks>
internal static unsafe partial class KernelFileLock
{
    [SupportedOSPlatform("windows")]
    private static bool TryLockWindows(SafeFileHandle file, long position, bool shared, string name)
    {
        NativeOverlapped at = At(position);
        uint flags = NativeWindows.LockFailImmediately | (shared ? 0 : NativeWindows.LockExclusive);
        if (NativeWindows.LockFile(file, flags, 0, 1, 0, &at))
            return true;
        int error = Marshal.GetLastPInvokeError();
        return error is NativeWindows.ErrorLockViolation or NativeWindows.ErrorIoPending
            ? false
            : throw NativeErrors.ForWindows(error, $"'{name}' cannot be locked");
    }

    [SupportedOSPlatform("windows")]
    private static void UnlockWindows(SafeFileHandle file, long position)
    {
        NativeOverlapped at = At(position);
        _ = NativeWindows.UnlockFile(file, 0, 1, 0, &at);
    }

    [SupportedOSPlatform("windows")]
    private static NativeOverlapped At(long position) => new()
    {
        OffsetLow = (int)position,
        OffsetHigh = (int)(position >> 32),
    };
}
