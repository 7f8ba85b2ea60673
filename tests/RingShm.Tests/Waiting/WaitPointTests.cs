using System.Diagnostics;
using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

public sealed class WaitPointTests
{
    public static TheoryData<string> Strategies => ["default", "spin", "sleep"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_wait_ends_when_its_condition_is_met(string strategy)
    {
        using TestDoorbell bell = new();
        Flag flag = new();
        Watchdog.Run(
            () => Assert.True(WaitFor(bell, flag, strategy, Timeout.InfiniteTimeSpan, CancellationToken.None)),
            () =>
            {
                LetSleep(bell, strategy);
                flag.IsSet = true;
                bell.Doorbell.Ring();
            });
        Assert.Equal(0, bell.SlicesEnded);
        Assert.False(bell.HasSleepers);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_wait_ends_no_sooner_than_its_time(string strategy)
    {
        using TestDoorbell bell = new();
        Watchdog.Run(() =>
        {
            long start = Stopwatch.GetTimestamp();
            Assert.False(WaitFor(bell, new Flag(), strategy, TimeSpan.FromMilliseconds(30), CancellationToken.None));
            Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));
        });
        Assert.False(bell.HasSleepers);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Cancelling_ends_a_wait_before_its_slice_of_sleep(string strategy)
    {
        using TestDoorbell bell = new();
        using CancellationTokenSource source = new();
        Watchdog.Run(
            () =>
            {
                OperationCanceledException cancelled = Assert.Throws<OperationCanceledException>(
                    () => WaitFor(bell, new Flag(), strategy, Timeout.InfiniteTimeSpan, source.Token));
                Assert.Equal(source.Token, cancelled.CancellationToken);
            },
            () =>
            {
                LetSleep(bell, strategy);
                source.Cancel();
            });
        Assert.Equal(0, bell.SlicesEnded);
        Assert.False(bell.HasSleepers);
    }

    [Fact]
    public void Cancelling_again_and_again_at_the_moment_of_falling_asleep_is_never_missed()
    {
        using TestDoorbell bell = new();
        Watchdog.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                using CancellationTokenSource source = new();
                using Barrier start = new(2);
                Thread canceller = new(() =>
                {
                    start.SignalAndWait();
                    Thread.SpinWait(i);
                    source.Cancel();
                });
                canceller.Start();
                start.SignalAndWait();
                _ = Assert.Throws<OperationCanceledException>(
                    () => WaitFor(bell, new Flag(), "sleep", Timeout.InfiniteTimeSpan, source.Token));
                canceller.Join();
            }
        });
        Assert.Equal(0, bell.SlicesEnded);
    }

    [Fact]
    public void A_cancelled_token_is_refused_at_once_and_no_time_waits_for_nothing()
    {
        using TestDoorbell bell = new();
        _ = Assert.Throws<OperationCanceledException>(
            () => WaitFor(bell, new Flag { IsSet = true }, "sleep", Timeout.InfiniteTimeSpan, new CancellationToken(canceled: true)));
        Assert.False(WaitFor(bell, new Flag(), "sleep", TimeSpan.Zero, CancellationToken.None));
        Assert.True(WaitFor(bell, new Flag { IsSet = true }, "sleep", TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(0, bell.Sleeps);
    }

    [Fact]
    public void Negative_times_are_refused_and_the_longest_is_as_good_as_for_ever()
    {
        using TestDoorbell bell = new();
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => WaitFor(bell, new Flag(), "sleep", TimeSpan.FromMilliseconds(-2), CancellationToken.None));
        Assert.Equal("timeout", refused.ParamName);
        Assert.False(new WaitLimit(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), CancellationToken.None).IsOver);
    }

    [Fact]
    public void A_disposer_wakes_the_sleeper_by_an_interrupt()
    {
        using TestDoorbell bell = new();
        Flag closed = new();
        Watchdog.Run(
            () => Assert.True(WaitFor(bell, closed, "sleep", Timeout.InfiniteTimeSpan, CancellationToken.None)),
            () =>
            {
                LetSleep(bell, "sleep");
                closed.IsSet = true;
                bell.Point().Interrupt();
            });
        Assert.Equal(0, bell.SlicesEnded);
    }

    [Fact]
    public void A_slice_of_sleep_ends_without_a_ring()
    {
        using TestDoorbell bell = new();
        Flag flag = new();
        WaitStrategy brief = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromMilliseconds(1) };
        Watchdog.Run(
            () =>
            {
                Flag.Condition condition = new(flag);
                Assert.True(bell.Point(brief).Wait(ref condition, Timeout.InfiniteTimeSpan, CancellationToken.None));
            },
            () =>
            {
                SpinWait.SpinUntil(() => bell.SlicesEnded > 2);
                // As by a participant that died before it looked at the doorbell.
                flag.IsSet = true;
            });
        Assert.Equal(0, bell.Wakes);
    }

    [Fact]
    public void A_wait_with_a_token_that_cannot_be_cancelled_allocates_nothing()
    {
        using TestDoorbell bell = new();
        WaitPoint point = bell.Point();
        Flag.Condition condition = new(new Flag());
        _ = point.Wait(ref condition, TimeSpan.FromMilliseconds(1), CancellationToken.None);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = point.Wait(ref condition, TimeSpan.FromMilliseconds(2), CancellationToken.None);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_strategy_refuses_what_makes_no_sense()
    {
        Assert.Equal("Spins", Assert.Throws<ArgumentOutOfRangeException>(() => new WaitStrategy { Spins = -1 }).ParamName);
        Assert.Equal("Yields", Assert.Throws<ArgumentOutOfRangeException>(() => new WaitStrategy { Yields = 1_000_001 }).ParamName);
        Assert.Equal("SleepSlice", Assert.Throws<ArgumentOutOfRangeException>(
            () => new WaitStrategy { SleepSlice = TimeSpan.FromMicroseconds(999) }).ParamName);
        Assert.Equal("SleepSlice", Assert.Throws<ArgumentOutOfRangeException>(
            () => new WaitStrategy { SleepSlice = TimeSpan.FromMinutes(11) }).ParamName);
    }

    private static bool WaitFor(TestDoorbell bell, Flag flag, string strategy, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Flag.Condition condition = new(flag);
        WaitPoint point = bell.Point(strategy switch
        {
            "default" => new WaitStrategy { SleepSlice = TestDoorbell.LongSleep.SleepSlice },
            "spin" => WaitStrategy.SpinOnly,
            _ => TestDoorbell.LongSleep,
        });
        return point.Wait(ref condition, timeout, cancellationToken);
    }

    private static void LetSleep(TestDoorbell bell, string strategy)
    {
        if (strategy == "spin")
            Thread.SpinWait(10_000);
        else
            SpinWait.SpinUntil(() => bell.Sleeps > 0);
    }
}
