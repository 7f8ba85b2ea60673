namespace RingShm.Layout;

/// <summary>Times as regions store them: microseconds since 1970, UTC.</summary>
internal static class UnixTime
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    public static long NowMicroseconds => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;

    /// <summary>The moment, or the nearest one that a date can hold: the number may come from a hostile region.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds)
    {
        long largest = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;
        return DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(microseconds, 0, largest) * TicksPerMicrosecond);
    }
}
