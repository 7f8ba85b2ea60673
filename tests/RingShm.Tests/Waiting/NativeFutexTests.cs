using System.Diagnostics;
using System.Runtime.Versioning;
using RingShm.Interop;

namespace RingShm.Tests.Waiting;

[SupportedOSPlatform("linux")]
public sealed unsafe class NativeFutexTests
{
    /// <summary>A stopwatch reads CLOCK_MONOTONIC on Linux: by the time of day, or by time since the boot with its suspends, it would lie elsewhere.</summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.Futexes)]
    public void A_sleep_on_several_words_ends_by_the_monotonic_clock()
    {
        const int TimedOut = 110;
        const int Missing = 38;
        const long Sleep = 30_000_000;
        Assert.Equal(1_000_000_000, Stopwatch.Frequency);
        long before = Stopwatch.GetTimestamp();
        long now = NativeFutex.Now();
        long after = Stopwatch.GetTimestamp();
        Assert.InRange(now, before, after);

        // The kernel measures by the same clock: by one that shows more the end would be past already.
        uint word = 7;
        NativeFutex.WaitEntry entry = new() { Expected = word, Address = (ulong)&word, Flags = NativeFutex.PrivateWord };
        int error = NativeFutex.WaitAny(&entry, 1, Sleep);
        // An old kernel, or an emulator, has no such call.
        if (error == Missing)
            return;
        Assert.Equal(TimedOut, error);
        Assert.True(Stopwatch.GetTimestamp() - after >= Sleep);
    }
}
