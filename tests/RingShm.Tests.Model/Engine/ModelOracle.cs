using RingShm.Liveness;

namespace RingShm.Tests.Model.Engine;

/// <summary>The death oracle of a model run, in the shape of either platform.</summary>
/// <param name="HasLocks">True as on Linux: the kernel's lock decides. False as on Windows: the owner word is judged.</param>
internal sealed record ModelOracle(bool HasLocks) : IRowOracle
{
    public RowLock TryLock(int row)
    {
        if (!HasLocks)
            return RowLock.NotSupported;
        ModelThread thread = ModelThread.Current;
        return thread.Execution.TryKernelLock(thread, row) ? RowLock.Acquired : RowLock.HeldByOther;
    }

    public void Unlock(int row)
    {
        ModelThread thread = ModelThread.Current;
        if (HasLocks)
            thread.Execution.KernelUnlock(thread, row);
    }

    public bool IsAlive(int row, long owner)
    {
        ModelThread thread = ModelThread.Current;
        return HasLocks ? thread.Execution.IsKernelLockHeld(thread, row) : thread.Execution.IsAlive(thread, owner);
    }
}
