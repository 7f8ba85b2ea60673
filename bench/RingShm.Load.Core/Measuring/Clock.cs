using System.Diagnostics;

namespace RingShm.Load.Measuring;

/// <summary>The clock and what reading it costs, which is taken off every timed round trip.</summary>
internal static class Clock
{
    /// <summary>
    /// Round trips between two looks at the clock: one where a tick is a nanosecond or so, more where it is coarser
    /// (100 ns on Windows) than what is measured.
    /// </summary>
    public static int RoundTripsPerStamp { get; } = Stopwatch.Frequency >= 100_000_000 ? 1 : 64;

    public static double NanosecondsPerTick { get; } = 1e9 / Stopwatch.Frequency;

    /// <summary>The median distance between two readings, in ticks.</summary>
    public static long ReadingCost { get; } = MeasureReadingCost();

    private static long MeasureReadingCost()
    {
        long[] ticks = new long[20_001];
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < ticks.Length; i++)
                ticks[i] = Stopwatch.GetTimestamp();
        }

        for (int i = 0; i < ticks.Length - 1; i++)
            ticks[i] = ticks[i + 1] - ticks[i];
        Array.Sort(ticks, 0, ticks.Length - 1);
        return ticks[ticks.Length / 2];
    }
}
