using System.Diagnostics;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// No test asserts how fast something is; this only tells "slow" from "never". It fails a wait that has seen nothing happen for
/// far longer than any machine needs.
/// </summary>
internal static class Watchdog
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Polls until the condition holds.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
                Assert.Fail($"Hung: {what} did not happen within {Limit.TotalSeconds} s.");
            Thread.Sleep(1);
        }
    }

    /// <summary>Polls until the condition holds; fails when the number does not change for the watchdog's time.</summary>
    public static void UntilWithProgress(Func<bool> condition, Func<long> progress, string what)
    {
        long start = Stopwatch.GetTimestamp();
        long last = progress();
        while (!condition())
        {
            long now = progress();
            if (now != last)
                (last, start) = (now, Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(start) > Limit)
                Assert.Fail($"Hung: {what}; no progress since {last} for {Limit.TotalSeconds} s.");
            Thread.Sleep(1);
        }
    }
}
