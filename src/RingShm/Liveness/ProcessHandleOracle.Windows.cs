using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Layout;
using RingShm.Interop;

namespace RingShm.Liveness;

/// <summary>
/// Windows: the owner word names a process by id and creation time. It is dead when no process has the id, when the process
/// that has it was created at another time, or when its handle is signalled (it has ended, and only handles keep it).
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class ProcessHandleOracle : IRowOracle
{
    /// <summary>There is no kernel lock to take; the compare-and-swap of the owner word excludes.</summary>
    public RowLock TryLock(int row) => RowLock.NotSupported;

    public void Unlock(int row)
    {
        // Nothing was locked.
    }

    public bool IsAlive(int row, long owner)
    {
        if (owner is RowLayout.FreeOwner or RowLayout.AbandonedOwner)
            return false;
        if (owner == ProcessIdentity.OwnerWord)
            return true;
        using SafeProcessHandle process = NativeWindows.OpenProcess(
            NativeWindows.ProcessQueryLimitedInformation | NativeWindows.Synchronize, inherit: false, RowLayout.ProcessIdOf(owner));
        if (process.IsInvalid)
        {
            // "Invalid parameter" is the system's word for "no such process". Anything else (access denied: another
            // account's process) is no proof of death, and only proof counts.
            return Marshal.GetLastPInvokeError() != NativeWindows.ErrorInvalidParameter;
        }

        if (NativeWindows.WaitForSingleObject(process, 0) == NativeWindows.WaitObject0)
            return false;
        return !NativeWindows.GetProcessTimes(process, out long creation, out _, out _, out _)
            || ProcessIdentity.StartTimeTag(creation) == RowLayout.StartTimeTagOf(owner);
    }
}
