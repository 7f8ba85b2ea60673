using System.Globalization;
using RingShm.TestPeer.Waking;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>Sleeping and waking between processes that are killed and stopped at the worst moments.</summary>
public sealed class WakingTests
{
    /// <summary>Longer than the watchdog's time: a sleep that nobody ends is a hang, however slow the machine.</summary>
    private const string LongSlice = "slice=600000";

    [Fact]
    public void A_sleeper_is_woken_by_another_process_every_time()
    {
        const int Count = 500;
        using Scene scene = new(Count);
        using SpscRing ring = scene.CreateRing(1 << 16);
        Peer sleeper = scene.Start("sleep", $"count={Count}", LongSlice);
        Peer ringer = scene.Start("ring", $"count={Count}");
        _ = sleeper.Expect("attached");
        _ = ringer.Expect("attached");
        // A sleeper that finds the message on its last look before it sleeps needs no wake.
        Assert.InRange(int.Parse(ringer.Expect("done"), CultureInfo.InvariantCulture), 1, Count);
        Assert.Equal("0", sleeper.Expect("done"));
        Assert.Equal(Enumerable.Range(1, Count).Select(static i => (long)i), Delivered(scene));
    }

    [Fact]
    public void A_killed_sleeper_costs_one_wake_and_its_successor_sleeps_and_wakes()
    {
        using Scene scene = new(100);
        using SpscRing ring = scene.CreateRing(1 << 16);
        using RegionBell bell = new(scene.Name);
        Peer killed = scene.Start("sleep", "count=1", LongSlice);
        Watchdog.Until(() => bell.HasSleepers, "the sleeper's announcement");
        Watchdog.Until(() => IsAsleep(killed.Id), "the sleeper's sleep");
        killed.Kill();
        Assert.True(bell.HasSleepers);
        for (int i = 0; i < 50; i++)
            bell.Doorbell.Ring();
        Assert.Equal(1, bell.Wakes);
        Peer successor = scene.Start("sleep", "count=1", LongSlice);
        _ = successor.Expect("attached");
        Watchdog.Until(() => bell.HasSleepers, "the successor's announcement");
        bell.Publish(7);
        bell.Doorbell.Ring();
        Assert.Equal("0", successor.Expect("done"));
        Assert.Equal([7L], Delivered(scene));
    }

    [Theory]
    [InlineData("publication")]
    [InlineData("wake")]
    public void A_ringer_killed_before_it_wakes_costs_the_sleeper_a_slice_and_no_message(string moment)
    {
        using Scene scene = new(100);
        using SpscRing ring = scene.CreateRing(1 << 16);
        Peer sleeper = scene.Start("sleep", "count=3", "slice=50");
        _ = sleeper.Expect("attached");
        using RegionBell bell = new(scene.Name);
        Peer ringer = scene.Start("ring", "count=3", $"die={moment}");
        _ = ringer.Expect("attached");
        _ = ringer.Expect("last");
        Watchdog.Until(() => bell.HasSleepers && IsAsleep(sleeper.Id), "the sleeper's sleep");
        ringer.Go();
        Assert.NotEqual(0, ringer.WaitForExit());
        int slices = int.Parse(sleeper.Expect("done"), CultureInfo.InvariantCulture);
        Assert.True(slices > 0, "Somebody woke the sleeper; the ringer was to die before that.");
        Assert.Equal([1L, 2L, 3L], Delivered(scene));
    }

    [Fact]
    public void A_stopped_sleeper_holds_nobody_up_and_finds_everything_when_it_goes_on()
    {
        const int Count = 40;
        using Scene scene = new(Count);
        using SpscRing ring = scene.CreateRing(1 << 16);
        using RegionBell bell = new(scene.Name);
        Peer sleeper = scene.Start("sleep", $"count={Count}", LongSlice);
        Watchdog.Until(() => bell.HasSleepers, "the sleeper's announcement");
        ProcessControl.Suspend(sleeper.Id);
        for (long i = 1; i < Count; i++)
        {
            bell.Publish(i);
            bell.Doorbell.Ring();
        }

        Assert.Equal(1, bell.Wakes);
        Assert.Equal(0, scene.Ledger.Delivered);
        ProcessControl.Resume(sleeper.Id);
        Watchdog.Until(() => scene.Ledger.Delivered == Count - 1 && bell.HasSleepers, "the sleeper's going on");
        bell.Publish(Count);
        bell.Doorbell.Ring();
        Assert.Equal("attached", sleeper.NextLine().Split(' ')[0]);
        Assert.Equal("0", sleeper.Expect("done"));
        Assert.Equal(Enumerable.Range(1, Count).Select(static i => (long)i), Delivered(scene));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SystemCalls)]
    public void Ringing_makes_no_system_call_while_nobody_sleeps()
    {
        const long Many = 1_000_000;
        string strace = SystemCallTrace.Require();
        long few = FutexCalls(strace, 1000);
        long many = FutexCalls(strace, Many);
        TestContext.Current.TestOutputHelper?.WriteLine($"1000 rings: {few} futex calls; {Many} rings: {many} futex calls");
        // The runtime's own threads make some; one a ring, or one in a thousand, would be far beyond this.
        Assert.True(many < few + (Many / 1000), $"1000 rings took {few} futex calls, {Many} took {many}.");
    }

    private static long FutexCalls(string strace, long count)
    {
        using Scene scene = new();
        using SpscRing ring = scene.CreateRing(1 << 16);
        string log = Path.Combine(Path.GetTempPath(), scene.Name + ".strace");
        try
        {
            Peer peer = scene.StartThrough(
                strace, ["-f", "-o", log, "-e", "trace=futex,futex_waitv,membarrier"], "ring", $"count={count}", "drain=1");
            peer.ExpectSuccess();
            Assert.True(peer.HasSaid("done 0"), peer.Description);
            return File.ReadLines(log).LongCount(static line => line.Contains("futex", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>True when the main thread of the process, the one that waits for messages, sleeps in the kernel.</summary>
    private static bool IsAsleep(int processId) => !OperatingSystem.IsLinux() || ProcessControl.StateOf(processId) == 'S';

    private static List<long> Delivered(Scene scene) =>
        [.. Enumerable.Range(0, (int)scene.Ledger.Delivered).Select(i => scene.Ledger.Entry(i).Sequence)];
}
