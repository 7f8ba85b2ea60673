using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mapping;

/// <summary>The last step of creation and the first of opening, through the seam.</summary>
internal static unsafe class RegionPublication<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>Makes a wholly initialised region visible to openers.</summary>
    public static void Publish(byte* region) =>
        // R1 release: every byte of the region before the word that lets openers in. Pairs with R2.
        TMemory.StoreRelease((long*)(region + HeaderLayout.ReadyOffset), HeaderLayout.ReadyValue, Edge.R1);

    /// <summary>True when the creator has finished; only then may anything else be read.</summary>
    public static bool IsReady(byte* region) =>
        // R2 acquire: the ready word before everything else. Pairs with R1.
        TMemory.LoadAcquire((long*)(region + HeaderLayout.ReadyOffset), Edge.R2) == HeaderLayout.ReadyValue;
}
