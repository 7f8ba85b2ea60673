using System.Diagnostics;
using System.Runtime.Versioning;
using RingShm.Interop;

namespace RingShm.Waiting;

/// <remarks>
/// Linux: the futex is the word's low half. The kernel compares it under its own lock, so a ring between the sleeper's last look
/// and its sleep turns the sleeper back. Interrupted, turned back, timed out, woken: the sleeper looks again whichever it was, so
/// the result is not asked for.
/// </remarks>
internal sealed unsafe partial class KernelDoorbell
{
    [SupportedOSPlatform("linux")]
    private static void WaitLinux(long* word, uint expected, long ticks) =>
        _ = NativeFutex.Wait(FutexOf(word), expected, Nanoseconds(ticks), isPrivate: false);

    [SupportedOSPlatform("linux")]
    private static void WakeLinux(long* word) => NativeFutex.WakeAll(FutexOf(word), isPrivate: false);

    /// <summary>The word's low half; words are little-endian.</summary>
    public static uint* FutexOf(long* word) => (uint*)word;

    private static long Nanoseconds(long ticks) => (long)Math.Min(ticks * (1e9 / Stopwatch.Frequency), long.MaxValue / 2);
}
