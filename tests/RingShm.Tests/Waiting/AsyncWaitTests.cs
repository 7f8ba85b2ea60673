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
        AsyncWait wait = new(bell.OverKernel, () => flag.IsSet, new AsyncHub(polls));
        for (int i = 0; i < 200; i++)
        {
            flag.IsSet = false;
            Task task = wait.WaitAsync(CancellationToken.None).AsTask();
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
        Assert.True(new AsyncWait(bell.OverKernel, () => true, hub).WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Assert.Equal(0, hub.ThreadCount);
    }

    [Fact]
    public async Task Cancelling_ends_a_wait_and_leaves_the_others()
    {
        using TestDoorbell bell = new();
        Flag flag = new();
        AsyncHub hub = new();
        using CancellationTokenSource source = new();
        AsyncWait wait = new(bell.OverKernel, () => flag.IsSet, hub);
        Task other = new AsyncWait(bell.OverKernel, () => flag.IsSet, hub).WaitAsync(CancellationToken.None).AsTask();
        Task cancelled = wait.WaitAsync(source.Token).AsTask();
        await source.CancelAsync();
        OperationCanceledException ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience));
        Assert.Equal(source.Token, ended.CancellationToken);
        Assert.True(wait.WaitAsync(source.Token).AsTask().IsCanceled);
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
        AsyncWait wait = new(
            bell.OverKernel, () => broken.IsSet ? throw new RingCorruptException("damaged") : false, new AsyncHub());
        Task task = wait.WaitAsync(CancellationToken.None).AsTask();
        _ = Assert.Throws<InvalidOperationException>(() => { _ = wait.WaitAsync(CancellationToken.None).AsTask(); });
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
            i => new AsyncWait(bells[i].OverKernel, () => flags[i].IsSet, hub).WaitAsync(CancellationToken.None).AsTask())];
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
            AsyncWait wait = new(bell.OverKernel, () => flag.IsSet, hub);
            for (int i = 0; i < 100; i++)
            {
                flag.IsSet = false;
                Task task = wait.WaitAsync(CancellationToken.None).AsTask();
                flag.IsSet = true;
                bell.OverKernel.Ring();
                await task;
            }
        })).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1, hub.ThreadCount);
    }

    private static int MultiWaitCapacity => MultiWait.Capacity;
}
