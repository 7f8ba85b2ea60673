using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Spsc;

internal static unsafe class SpscRows
{
    /// <summary>Frees a row through the shipped protocol, or in the wrong order when the mutation says so.</summary>
    public static void Release(SpscWorld world, ModelThread me, int row)
    {
        if (world.Execution.Mutation.UnlocksBeforeFreeing)
        {
            world.Setting.Oracle.Unlock(row);
            ModelMemory.StoreRelease(world.OwnerWord(row), RowLayout.FreeOwner, Edge.P3);
        }
        else
        {
            RowProtocol<ModelMemory>.Release(world.OwnerWord(row), row, world.Setting.Oracle);
        }

        world.Detached(row);
    }
}
