using System.Diagnostics;
using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

public sealed class AsyncWaitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wait_completes_when_its_doorbell_is_rung_and_can_begin_anew(bool polls)
    {
        using TestDoorbell bell = new();
        Flag flag = new();
        AsyncWait wait = Of(bell, () => flag.IsSet, new AsyncHub(polls));
        for (int i = 0; i < 200; i++)
        {
            flag.IsSet = false;
            Task task = wait.WaitAsync(Patience, CancellationToken.None).AsTask();
            if (i % 3 == 0)
                Assert.True(SpinWait.SpinUntil(() => bell.HasSleepers, Patience));
            flag.IsSet = true;
            bell.OverKernel.Ring();
            await task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        Assert.True(SpinWait.SpinUntil(() => !bell.HasSleepers, Patience));
    }

    [Fact]
    public void A_condition_that_is_met_already_completes_at_once()
    {
        using TestDoorbell bell = new();
        AsyncHub hub = new();
        Assert.True(Of(bell, () => true, hub).WaitAsync(Patience, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.Equal(0, hub.ThreadCount);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_and_leaves_the_others()
    {
        using TestDoorbell bell = new();
        Flag flag = new();
        AsyncHub hub = new();
        using CancellationTokenSource source = new();
        AsyncWait wait = Of(bell, () => flag.IsSet, hub);
        Task other = Of(bell, () => flag.IsSet, hub).WaitAsync(Patience, CancellationToken.None).AsTask();
        Task cancelled = wait.WaitAsync(Patience, source.Token).AsTask();
        await source.CancelAsync();
        OperationCanceledException ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience));
        Assert.Equal(source.Token, ended.CancellationToken);
        Assert.True(wait.WaitAsync(Patience, source.Token).AsTask().IsCanceled);
        Assert.False(other.IsCompleted);
        flag.IsSet = true;
        bell.OverKernel.Ring();
        await other.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_poke_has_the_condition_looked_at_and_its_exception_reaches_the_waiter()
    {
        using TestDoorbell bell = new();
        Flag broken = new();
        AsyncWait wait = Of(bell, () => broken.IsSet ? throw new RingCorruptException("damaged") : false, new AsyncHub());
        Task task = wait.WaitAsync(Patience, CancellationToken.None).AsTask();
        _ = Assert.Throws<InvalidOperationException>(() => { _ = wait.WaitAsync(Patience, CancellationToken.None).AsTask(); });
        broken.IsSet = true;
        wait.Poke();
        _ = await Assert.ThrowsAsync<RingCorruptException>(() => task.WaitAsync(Patience));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_thousand_doorbells_take_few_threads_and_each_wakes_its_own_waiter(bool polls)
    {
        const int Count = 1000;
        AsyncHub hub = new(polls);
        TestDoorbell[] bells = [.. Enumerable.Range(0, Count).Select(static _ => new TestDoorbell())];
        Flag[] flags = [.. Enumerable.Range(0, Count).Select(static _ => new Flag())];
        Task[] tasks = [.. Enumerable.Range(0, Count).Select(
            i => Of(bells[i], () => flags[i].IsSet, hub).WaitAsync(Patience, CancellationToken.None).AsTask())];
        Assert.Equal((Count + MultiWaitCapacity - 1) / MultiWaitCapacity, hub.ThreadCount);
        foreach (int i in Enumerable.Range(0, Count).Reverse())
        {
            Assert.False(tasks[i].IsCompleted);
            flags[i].IsSet = true;
            bells[i].OverKernel.Ring();
            if (i % 50 == 0)
                await tasks[i].WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(tasks).WaitAsync(Patience, TestContext.Current.CancellationToken);
        foreach (TestDoorbell bell in bells)
            bell.Dispose();
    }

    [Fact]
    public async Task Waits_that_begin_and_end_all_the_time_are_all_completed()
    {
        AsyncHub hub = new();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            await Task.Yield();
            using TestDoorbell bell = new();
            Flag flag = new();
            AsyncWait wait = Of(bell, () => flag.IsSet, hub);
            for (int i = 0; i < 100; i++)
            {
                flag.IsSet = false;
                Task task = wait.WaitAsync(Patience, CancellationToken.None).AsTask();
                flag.IsSet = true;
                bell.OverKernel.Ring();
                await task;
            }
        })).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1, hub.ThreadCount);
    }

    [Fact]
    public async Task Who_is_held_up_is_told_when_its_patience_is_over_and_nothing_is_left_announced()
    {
        using TestDoorbell bell = new();
        Flag held = new();
        Condition condition = new(() => false, () => held.IsSet);
        AsyncWait wait = new(bell.OverKernel, condition, Slice, new AsyncHub());
        ValueTask<bool> task = wait.WaitAsync(TimeSpan.FromMilliseconds(2), CancellationToken.None);
        Assert.False(task.IsCompleted);
        held.IsSet = true;
        Assert.False(await task);
        Assert.False(bell.HasSleepers);
        Assert.Equal(0, condition.Holds);
    }

    /// <summary>A look in vain doubles the next sleep, up to four slices; whatever happens begins anew with one.</summary>
    [Fact]
    public async Task While_nothing_happens_the_hub_looks_after_ever_longer_sleeps_and_still_looks()
    {
        using TestDoorbell bell = new();
        TimeSpan slice = TimeSpan.FromMilliseconds(10);
        int looks = 0;
        long first = 0, last = 0;
        Condition condition = new(
            () =>
            {
                last = Stopwatch.GetTimestamp();
                if (++looks == 2)
                    first = last;
                return looks == 10;
            },
            static () => false);
        AsyncWait wait = new(bell.OverKernel, condition, slice, new AsyncHub());
        // Look 1 is the caller's, 2 comes before the announcement, 3 after it; then the sleeps are 1, 2, 4, 4, 4, 4 and 4 slices long.
        Assert.True(await wait.WaitAsync(Patience, CancellationToken.None).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.InRange(Stopwatch.GetElapsedTime(first, last), slice * 0.9 * (1 + 2 + (5 * HubThread.MostSlices)), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task What_is_gone_is_not_waited_for()
    {
        using TestDoorbell bell = new();
        AsyncHub hub = new();
        Condition condition = new(() => throw new InvalidOperationException("It is gone."), () => false) { IsGone = true };
        Assert.True(await new AsyncWait(bell.OverKernel, condition, Slice, hub).WaitAsync(Patience, CancellationToken.None));
        Assert.Equal(0, hub.ThreadCount);
    }

    private static TimeSpan Slice => TimeSpan.FromMilliseconds(50);

    private static AsyncWait Of(TestDoorbell bell, Func<bool> isMet, AsyncHub hub) =>
        new(bell.OverKernel, new Condition(isMet, static () => false), Slice, hub);

    private sealed class Condition(Func<bool> isMet, Func<bool> isHeldUp) : IAsyncCondition
    {
        private int _holds;

        public bool IsGone { get; init; }

        public int Holds => Volatile.Read(ref _holds);

        public bool IsMet() => Holds > 0 ? isMet() : throw new InvalidOperationException("It looks at what it does not hold.");

        public bool IsHeldUp() => isHeldUp();

        public bool TryBegin()
        {
            if (!IsGone)
                _ = Interlocked.Increment(ref _holds);
            return !IsGone;
        }

        public void End() => _ = Interlocked.Decrement(ref _holds);
    }

    private static int MultiWaitCapacity => MultiWait.Capacity;
}
