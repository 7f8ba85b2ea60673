namespace RingShm.Layout;

/// <summary>A queue's doorbell words as pointers.</summary>
internal readonly unsafe struct DoorbellMap(byte* region, in RingGeometry geometry)
{
    /// <summary>Consumers sleep here, producers ring.</summary>
    public long* Data { get; } = (long*)(region + geometry.ControlOffset + DoorbellLayout.DataDoorbellOffset);

    /// <summary>Producers sleep here, consumers ring.</summary>
    public long* Space { get; } = (long*)(region + geometry.ControlOffset + DoorbellLayout.SpaceDoorbellOffset);
}
