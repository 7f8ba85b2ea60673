using Microsoft.Win32.SafeHandles;
using RingShm.Layout;
using RingShm.Interop;

namespace RingShm.Liveness;

/// <summary>
/// Linux: every owned row is a byte of the region file locked by its owner's open file description. The lock is the truth;
/// the pid in the row is for people. Right across pid reuse and across pid namespaces that share the file.
/// </summary>
internal sealed class FileLockOracle(SafeFileHandle file, string name) : IRowOracle
{
    /// <summary>Rows that this very open file holds: the kernel does not report our own locks to us.</summary>
    private readonly HashSet<int> _ownRows = [];

    public RowLock TryLock(int row)
    {
        lock (_ownRows)
        {
            if (_ownRows.Contains(row) || !KernelFileLock.TryLock(file, HeaderLayout.RowLockBase + row, name))
                return RowLock.HeldByOther;
            _ownRows.Add(row);
            return RowLock.Acquired;
        }
    }

    public void Unlock(int row)
    {
        lock (_ownRows)
        {
            if (_ownRows.Remove(row))
                KernelFileLock.Unlock(file, HeaderLayout.RowLockBase + row);
        }
    }

    public bool IsAlive(int row, long owner)
    {
        if (owner == RowLayout.FreeOwner)
            return false;
        lock (_ownRows)
            return _ownRows.Contains(row) || KernelFileLock.IsHeldByOther(file, HeaderLayout.RowLockBase + row, name);
    }
}
