namespace RingShm.Tests.State;

/// <summary>Who waits for a change is woken by it, and by nobody's own.</summary>
public sealed class WaitTests
{
    private static readonly RingOptions SleepsAtOnce = new() { WaitStrategy = RegionBells.LongSleep };

    [Fact]
    public void A_change_that_is_there_ends_the_wait_at_once()
    {
        using Stage stage = new();
        stage.There.Write("x"u8);
        Assert.True(stage.Reader.WaitForChange(0, Timeout.InfiniteTimeSpan));
        Assert.False(stage.Reader.WaitForChange(1, TimeSpan.Zero));
        Assert.False(stage.Reader.WaitForChange(1, TimeSpan.FromMilliseconds(5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Reader.WaitForChange(1, TimeSpan.FromSeconds(-2)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sleeping_reader_is_woken_by_a_change(bool byUpdate)
    {
        using Stage stage = new();
        Watchdog.Run(
            () => Assert.True(stage.Reader.WaitForChange(0, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                if (byUpdate)
                    Assert.True(stage.There.TryUpdate(0, "x"u8, out _));
                else
                    stage.There.Write("x"u8);
            });
        Assert.Equal("x"u8, stage.Reader.Read(out _));
    }

    [Fact]
    public void Own_changes_end_no_wait_and_others_after_them_do()
    {
        using Stage stage = new();
        using StateWriter here = stage.Here.AttachWriter();
        here.Write("mine"u8);
        Assert.False(stage.Reader.WaitForChange(0, TimeSpan.Zero));
        Watchdog.Run(
            () => Assert.True(stage.Reader.WaitForChange(0, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                here.Write("mine again"u8);
                // Awake for nothing, and asleep again.
                stage.Bells.UntilReadersSleep();
                Assert.False(stage.Reader.IsDisposed);
                stage.There.Write("theirs"u8);
            });
        Assert.Equal("theirs"u8, stage.Reader.Read(out StateStamp stamp));
        Assert.Equal(new StateStamp(3, 6, IsOwn: false), stamp);
        // The other side waits for ours.
        Assert.False(stage.There.WaitForChange(2, TimeSpan.Zero));
        here.Write("mine"u8);
        Assert.True(stage.There.WaitForChange(3, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_asynchronous_wait_ends_with_the_next_change_of_another()
    {
        using Stage stage = new();
        using StateWriter here = stage.Here.AttachWriter();
        for (int round = 0; round < 50; round++)
        {
            ValueTask wait = stage.Reader.WaitForChangeAsync(here.Write("mine"u8));
            here.Write("mine"u8);
            Assert.False(wait.IsCompleted);
            long version = stage.There.Write("theirs"u8);
            await wait;
            Assert.Equal(version, stage.Reader.Version);
        }
    }

    [Fact]
    public async Task Cancelling_or_disposing_ends_a_wait()
    {
        using Stage stage = new();
        using CancellationTokenSource source = new();
        ValueTask wait = stage.Reader.WaitForChangeAsync(0, source.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stage.Reader.WaitForChangeAsync(0));
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await wait);
        Assert.Throws<OperationCanceledException>(() => stage.Reader.WaitForChange(0, Timeout.InfiniteTimeSpan, source.Token));
        ValueTask last = stage.Reader.WaitForChangeAsync(0);
        stage.Here.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await last);
    }

    [Fact]
    public void Disposing_wakes_a_sleeping_reader()
    {
        using Stage stage = new();
        Watchdog.Run(
            () => Assert.Throws<ObjectDisposedException>(() => stage.Reader.WaitForChange(0, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                stage.Reader.Dispose();
            });
    }

    [Fact]
    public void Cancelling_wakes_a_sleeping_reader_and_it_goes_on()
    {
        using Stage stage = new();
        using CancellationTokenSource source = new();
        Watchdog.Run(
            () => Assert.Throws<OperationCanceledException>(() => stage.Reader.WaitForChange(0, Timeout.InfiniteTimeSpan, source.Token)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                source.Cancel();
            });
        Assert.Equal(0, stage.Bells.Readers);
        _ = stage.There.Write("news"u8);
        Assert.Throws<OperationCanceledException>(() => stage.Reader.WaitForChange(0, TimeSpan.Zero, source.Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Reader.WaitForChange(0, TimeSpan.FromTicks(-1)));
        Assert.True(stage.Reader.WaitForChange(0, TimeSpan.MaxValue));
    }

    private sealed class Stage : IDisposable
    {
        private readonly TestRegion _region = new();

        public Stage()
        {
            Here = StateCell.Create(_region, SleepsAtOnce);
            Reader = Here.AttachReader();
            OtherCell = StateCell.Open(_region, SleepsAtOnce);
            There = OtherCell.AttachWriter();
            Bells = new RegionBells(_region.Name, RingKind.State);
        }

        public StateCell Here { get; }

        public StateReader Reader { get; }

        public StateCell OtherCell { get; }

        public StateWriter There { get; }

        public RegionBells Bells { get; }

        public void Dispose()
        {
            Bells.Dispose();
            OtherCell.Dispose();
            Here.Dispose();
            _region.Dispose();
        }
    }
}
