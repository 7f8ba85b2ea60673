using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>What a producer found where it wants to claim.</summary>
internal enum Room
{
    Free,
    Full,

    /// <summary>The producer position has moved on since it was loaded.</summary>
    OutOfDate,
}

/// <summary>
/// Where a claim finds room: the one thing in which the producers of an MPMC ring and the writers of a broadcast ring differ. The
/// first wait for words that consumers have freed, the others for what nobody needs any more.
/// </summary>
internal interface IClaimRoom<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>After a refusal: how many granules are free all the same.</summary>
    long SeenGranules { get; }

    /// <summary>
    /// Looks whether the granules from a position on may be written, and a little further. From the position to
    /// <paramref name="freeBelow"/> everything may be, unless somebody claims it; what was said once never has to be taken back.
    /// </summary>
    Room Look(in MpmcMap map, long position, int granules, ref long freeBelow);

    /// <summary>For a wait, after a refusal: true when what was in the way is no longer. Changes nothing.</summary>
    bool IsWorthTrying(in MpmcMap map);

    /// <summary>For a wait, after a refusal: true when another participant, alive or dead, has what is in the way.</summary>
    bool IsHeldUp(in MpmcMap map);

    /// <summary>
    /// After a refusal: asks the kernel about whoever is in the way. Enters the kernel only when somebody is. True when it is worth
    /// trying again.
    /// </summary>
    bool LookForTheDead(in MpmcMap map, IRowOracle oracle, in MpmcRow own);
}
