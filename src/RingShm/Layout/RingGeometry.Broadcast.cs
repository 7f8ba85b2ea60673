namespace RingShm.Layout;

/// <summary>What a broadcast ring adds to the geometry of an MPMC ring: two flags.</summary>
internal readonly partial record struct RingGeometry
{
    private const int LossyFlag = 8;
    private const int EvictsFlag = 16;

    /// <summary>All flags of a broadcast region that this version knows.</summary>
    public const int KnownBroadcastFlags = OneProducerFlag | LossyFlag | EvictsFlag;

    /// <summary>Flags as the header of a broadcast region has them.</summary>
    public static int PackBroadcastFlags(bool oneWriter, bool isLossy, bool evictsSlowReaders) =>
        (oneWriter ? OneProducerFlag : 0) | (isLossy ? LossyFlag : 0) | (evictsSlowReaders ? EvictsFlag : 0);

    /// <summary>
    /// False for flags that contradict each other: nobody waits for a slow reader of a lossy ring, so nobody has to evict it.
    /// </summary>
    public static bool AreBroadcastFlags(int flags) =>
        (flags & (LossyFlag | EvictsFlag)) != (LossyFlag | EvictsFlag);

    /// <summary>The geometry of a broadcast ring: that of an MPMC ring with the same numbers.</summary>
    public static RingGeometry ForBroadcast(long capacityBytes, long maxMessageBytes, long fixedMessageBytes, int participants, int flags) =>
        ForSlots(RingKind.Broadcast, capacityBytes, maxMessageBytes, fixedMessageBytes, participants, flags);
}
