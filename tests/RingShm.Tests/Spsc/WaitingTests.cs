namespace RingShm.Tests.Spsc;

public sealed class WaitingTests
{
    [Fact]
    public void A_negative_timeout_is_misuse_and_names_the_value()
    {
        using RingPair pair = new();
        TimeSpan negative = TimeSpan.FromMilliseconds(-2);
        Assert.Contains("-00:00:00.002", Assert.Throws<ArgumentOutOfRangeException>(() => pair.Producer.Write([], negative)).Message);
        Assert.Contains("-00:00:00.002", Assert.Throws<ArgumentOutOfRangeException>(() => pair.Consumer.Read(out _, negative)).Message);
        pair.AssertEmpty();
    }

    [Fact]
    public void A_timeout_of_zero_tries_once()
    {
        using RingPair pair = new(64);
        Assert.False(pair.Consumer.Read(out _, TimeSpan.Zero));
        pair.Fill();
        Assert.False(pair.Producer.Write([], TimeSpan.Zero));
        Assert.True(pair.Consumer.Read(out Message message, TimeSpan.Zero));
        message.Dispose();
        Assert.True(pair.Producer.Write([], TimeSpan.Zero));
    }

    [Fact]
    public void A_wait_that_runs_out_says_false_and_not_before_its_time()
    {
        using RingPair pair = new(64);
        pair.Fill();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.False(pair.Producer.Write([], TimeSpan.FromMilliseconds(30)));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));
    }

    [Fact]
    public void A_cancelled_token_ends_a_wait_before_it_begins()
    {
        using RingPair pair = new();
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => pair.Producer.Write([], Timeout.InfiniteTimeSpan, source.Token));
        Assert.Throws<OperationCanceledException>(() => pair.Consumer.Read(out _, Timeout.InfiniteTimeSpan, source.Token));
        pair.AssertEmpty();
        Assert.True(pair.Producer.TryWrite([]));
    }

    [Fact]
    public void A_token_cancelled_during_a_wait_ends_it_and_the_handle_goes_on()
    {
        using RingPair pair = new(64);
        using CancellationTokenSource source = new();
        Watchdog.Run(
            () => Assert.Throws<OperationCanceledException>(() => pair.Consumer.Read(out _, Timeout.InfiniteTimeSpan, source.Token)),
            source.Cancel);
        pair.Fill();
        using CancellationTokenSource second = new();
        Watchdog.Run(
            () => Assert.Throws<OperationCanceledException>(() => pair.Producer.Write([], Timeout.InfiniteTimeSpan, second.Token)),
            second.Cancel);
        pair.Next();
        Assert.True(pair.Producer.TryWrite([]));
    }

    [Fact]
    public void A_wait_ends_when_the_other_side_moves()
    {
        using RingPair pair = new(64);
        Watchdog.Run(
            () =>
            {
                Assert.True(pair.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
                using (message)
                    Assert.Equal("x"u8, message.Span);
            },
            () => Assert.True(pair.Producer.Write("x"u8, TimeSpan.FromSeconds(60))));
        pair.Fill();
        Watchdog.Run(
            () => Assert.True(pair.Producer.Write([], Timeout.InfiniteTimeSpan)),
            () => pair.Next());
    }

    [Fact]
    public void Typed_handles_wait_alike()
    {
        using TestRegion region = new();
        using SpscRing<long> ring = SpscRing<long>.Create(region, new RingOptions { CapacityBytes = 64 });
        using SpscProducer<long> producer = ring.AttachProducer();
        using SpscConsumer<long> consumer = ring.AttachConsumer();
        using CancellationTokenSource source = new();
        Assert.False(consumer.Read(out _, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => consumer.Read(out _, TimeSpan.MinValue));
        while (producer.Write(1, TimeSpan.Zero))
        {
            // Until it is full.
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => producer.Write(1, TimeSpan.MinValue));
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => producer.Write(1, Timeout.InfiniteTimeSpan, source.Token));
        Assert.Throws<OperationCanceledException>(() => consumer.Read(out _, Timeout.InfiniteTimeSpan, source.Token));
        Watchdog.Run(
            () => Assert.True(producer.Write(2, Timeout.InfiniteTimeSpan)),
            () => Assert.True(consumer.Read(out _, Timeout.InfiniteTimeSpan)));
    }
}
