using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Where a container's filter or an old kernel refuses <c>membarrier</c>, as strace does here in the kernel's place: a ringer then
/// fences for itself, and a sleeper, who cannot make others fence, sleeps a millisecond at a time.
/// </summary>
public sealed class BarrierTests
{
    /// <summary>Longer than the watchdog's time: a sleep that ends by its time was shortened, and a lost wake is a hang.</summary>
    private const string LongSlice = "slice=600000";

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.Barrier)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Who_may_not_use_membarrier_wakes_and_is_woken_all_the_same(bool refusesSleeper, bool refusesRinger)
    {
        const int Count = 200;
        string strace = SystemCallTrace.Require();
        using Scene scene = new(Count);
        using SpscRing ring = scene.CreateRing(1 << 16);
        string sleepersLog = scene.PathBeside("sleeper.strace");
        string ringersLog = scene.PathBeside("ringer.strace");
        Peer sleeper = scene.StartThrough(strace, Trace(sleepersLog, refusesSleeper), "sleep", $"count={Count}", LongSlice);
        _ = sleeper.Expect("attached");
        Peer ringer = scene.StartThrough(strace, Trace(ringersLog, refusesRinger), "ring", $"count={Count}");
        _ = ringer.Expect("attached");
        // Who sleeps a millisecond at a time may find everything by itself.
        Assert.InRange(int.Parse(ringer.Expect("done"), CultureInfo.InvariantCulture), refusesSleeper ? 0 : 1, Count);
        int slices = int.Parse(sleeper.Expect("done"), CultureInfo.InvariantCulture);
        ringer.ExpectSuccess();
        sleeper.ExpectSuccess();

        Assert.Equal(Enumerable.Range(1, Count).Select(static i => (long)i), Enumerable.Range(0, (int)scene.Ledger.Delivered).Select(i => scene.Ledger.Entry(i).Sequence));
        // It slept while the ringer was being started, a millisecond at a time; otherwise until somebody woke it, each time.
        Assert.Equal(refusesSleeper, slices > 0);
        Assert.Equal((refusesSleeper, refusesRinger), (WasRefused(sleepersLog), WasRefused(ringersLog)));
    }

    private static string[] Trace(string log, bool refuses) =>
        ["-f", "-o", log, "-e", "trace=membarrier", .. refuses ? new[] { "-e", "inject=membarrier:error=ENOSYS" } : []];

    private static bool WasRefused(string log) => File.ReadLines(log).Any(static line => line.Contains("(INJECTED)", StringComparison.Ordinal));
}
