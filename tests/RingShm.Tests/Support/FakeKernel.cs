using RingShm.Layout;
using RingShm.Liveness;

namespace RingShm.Tests;

/// <summary>A kernel without row locks that says of whom the test says so that they are dead. Remembers whom it was asked about.</summary>
internal sealed class FakeKernel : IRowOracle
{
    public HashSet<long> Dead { get; } = [];

    public List<int> Asked { get; } = [];

    public RowLock TryLock(int row) => RowLock.NotSupported;

    public void Unlock(int row)
    {
        // Nothing was locked.
    }

    public bool IsAlive(int row, long owner)
    {
        Asked.Add(row);
        return owner is not (RowLayout.FreeOwner or RowLayout.AbandonedOwner) && !Dead.Contains(owner);
    }
}
