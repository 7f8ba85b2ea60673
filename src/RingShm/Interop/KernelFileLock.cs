using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>
/// An exclusive lock on one byte of a file that the kernel takes back when its holder ends, however it ends. The byte need
/// not exist. The lock belongs to the open file: two opens in one process exclude each other.
/// </summary>
internal static partial class KernelFileLock
{
    /// <summary>Takes the lock without waiting; false when somebody else holds it.</summary>
    public static bool TryLock(SafeFileHandle file, long position, string name)
    {
        if (OperatingSystem.IsWindows())
            return TryLockWindows(file, position, name);
        return OperatingSystem.IsLinux() ? TryLockLinux(file, position, name) : throw NotHere();
    }

    /// <summary>Gives the lock back.</summary>
    public static void Unlock(SafeFileHandle file, long position)
    {
        if (OperatingSystem.IsWindows())
            UnlockWindows(file, position);
        else if (OperatingSystem.IsLinux())
            UnlockLinux(file, position);
    }

    /// <summary>True when somebody other than this open file holds the lock.</summary>
    public static bool IsHeldByOther(SafeFileHandle file, long position, string name)
    {
        if (OperatingSystem.IsLinux())
            return IsHeldByOtherLinux(file, position, name);
        if (!OperatingSystem.IsWindows())
            throw NotHere();
        if (!TryLockWindows(file, position, name))
            return true;
        UnlockWindows(file, position);
        return false;
    }

    private static PlatformNotSupportedException NotHere() => new("RingShm runs on Linux and Windows.");
}
