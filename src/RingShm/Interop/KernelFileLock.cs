using Microsoft.Win32.SafeHandles;

namespace RingShm.Interop;

/// <summary>
/// A lock on one byte of a file, exclusive or shared, that the kernel takes back when its holder ends, however it ends. The
/// byte need not exist. The lock belongs to the open file: two opens in one process exclude each other.
/// </summary>
internal static partial class KernelFileLock
{
    /// <summary>Takes the lock exclusively without waiting; false when somebody else holds it in any way.</summary>
    public static bool TryLock(SafeFileHandle file, long position, string name) => TryLock(file, position, shared: false, name);

    /// <summary>Takes the lock beside other sharers without waiting; false when somebody else holds it exclusively.</summary>
    public static bool TryLockShared(SafeFileHandle file, long position, string name) => TryLock(file, position, shared: true, name);

    /// <summary>Turns our exclusive lock into a shared one.</summary>
    public static void Downgrade(SafeFileHandle file, long position, string name)
    {
        // Linux converts in place; Windows must let go first, which is why nothing may depend on the moment in between.
        if (OperatingSystem.IsWindows())
            UnlockWindows(file, position);
        _ = TryLock(file, position, shared: true, name);
    }

    /// <summary>Gives the lock back.</summary>
    public static void Unlock(SafeFileHandle file, long position)
    {
        if (OperatingSystem.IsWindows())
            UnlockWindows(file, position);
        else if (OperatingSystem.IsLinux())
            UnlockLinux(file, position);
    }

    /// <summary>True when somebody other than this open file holds the lock in any way.</summary>
    public static bool IsHeldByOther(SafeFileHandle file, long position, string name)
    {
        if (OperatingSystem.IsLinux())
            return IsHeldByOtherLinux(file, position, name);
        if (!TryLock(file, position, shared: false, name))
            return true;
        Unlock(file, position);
        return false;
    }

    private static bool TryLock(SafeFileHandle file, long position, bool shared, string name)
    {
        if (OperatingSystem.IsWindows())
            return TryLockWindows(file, position, shared, name);
        return OperatingSystem.IsLinux()
            ? TryLockLinux(file, position, shared, name)
            : throw new PlatformNotSupportedException("RingShm runs on Linux and Windows.");
    }
}
