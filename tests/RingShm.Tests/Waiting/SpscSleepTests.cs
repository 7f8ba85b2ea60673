namespace RingShm.Tests.Waiting;

/// <summary>Who waits in an SPSC handle sleeps in the kernel, and is woken by whatever ends the wait.</summary>
public sealed class SpscSleepTests
{
    private static readonly RingOptions Options = new() { CapacityBytes = 64, WaitStrategy = RegionBells.LongSleep };

    public static TheoryData<string> WaysToWrite => ["TryWrite", "Write", "batch", "claim"];

    public static TheoryData<string> WaysToRelease => ["lease", "batch", "settled batch"];

    [Theory]
    [MemberData(nameof(WaysToWrite))]
    public void A_sleeping_consumer_is_woken_by_a_message(string way)
    {
        using Stage stage = new();
        Watchdog.Run(
            () =>
            {
                Assert.True(stage.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
                using (message)
                    Assert.Equal("x"u8, message.Span);
            },
            () =>
            {
                stage.Bells.UntilReadersSleep();
                stage.WriteOne(way);
            });
        Assert.Equal(0, stage.Bells.Readers);
    }

    [Theory]
    [MemberData(nameof(WaysToRelease))]
    public void A_sleeping_producer_is_woken_by_what_is_handed_back(string way)
    {
        using Stage stage = new();
        stage.Fill();
        Watchdog.Run(
            () => Assert.True(stage.Producer.Write("y"u8, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilWritersSleep();
                stage.ReleaseAll(way);
            });
        Assert.Equal(0, stage.Bells.Writers);
    }

    [Theory]
    [MemberData(nameof(WaysToWrite))]
    public void Each_way_to_publish_rings(string way)
    {
        using Stage stage = new();
        Assert.True(stage.Bells.IsReaderRungBy(() => stage.WriteOne(way)));
        stage.Fill();
        Assert.False(stage.Bells.IsReaderRungBy(() => Assert.False(stage.Producer.TryWrite([]))));
    }

    [Theory]
    [MemberData(nameof(WaysToRelease))]
    public void Each_way_to_hand_back_rings(string way)
    {
        using Stage stage = new();
        stage.Fill();
        Assert.True(stage.Bells.IsWriterRungBy(() => stage.ReleaseAll(way)));
    }

    [Fact]
    public void Completing_wakes_a_sleeping_consumer_which_finds_the_ring_drained()
    {
        using Stage stage = new();
        Watchdog.Run(
            () => Assert.False(stage.Consumer.Read(out _, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                stage.Ring.Complete();
            });
        Assert.True(stage.Consumer.IsDrained);
        Assert.Equal(0, stage.Bells.Readers);
    }

    [Fact]
    public void Completing_wakes_a_sleeping_producer_which_is_refused()
    {
        using Stage stage = new();
        stage.Fill();
        Watchdog.Run(
            () => Assert.Throws<RingCompletedException>(() => stage.Producer.Write("y"u8, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilWritersSleep();
                stage.Ring.Complete();
            });
        Assert.Equal(0, stage.Bells.Writers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Disposing_wakes_the_sleeper_which_is_told_so(bool wholeRing)
    {
        using Stage stage = new();
        Watchdog.Run(
            () => Assert.Throws<ObjectDisposedException>(() => stage.Consumer.Read(out _, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                ((IDisposable)(wholeRing ? stage.Ring : stage.Consumer)).Dispose();
            });
        Assert.Equal(0, stage.Bells.Readers);
    }

    [Fact]
    public void Disposing_wakes_a_sleeping_producer_and_its_role_is_free()
    {
        using Stage stage = new();
        stage.Fill();
        Watchdog.Run(
            () => Assert.Throws<ObjectDisposedException>(() => stage.Producer.Write("y"u8, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilWritersSleep();
                stage.Producer.Dispose();
            });
        Assert.Equal(0, stage.Bells.Writers);
        stage.Ring.AttachProducer().Dispose();
    }

    [Fact]
    public void Disposing_again_and_again_at_the_moment_of_falling_asleep_is_never_missed()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using RegionBells bells = new(region.Name, RingKind.Spsc);
        Watchdog.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                SpscConsumer consumer = ring.AttachConsumer();
                using Barrier start = new(2);
                Thread disposer = new(() =>
                {
                    start.SignalAndWait();
                    Thread.SpinWait(i);
                    consumer.Dispose();
                });
                disposer.Start();
                start.SignalAndWait();
                _ = Assert.Throws<ObjectDisposedException>(() => consumer.Read(out _, Timeout.InfiniteTimeSpan));
                disposer.Join();
            }
        });
        Assert.Equal(0, bells.Readers);
    }

    [Fact]
    public void Cancelling_wakes_the_sleeper_and_the_handle_goes_on()
    {
        using Stage stage = new();
        using CancellationTokenSource source = new();
        Watchdog.Run(
            () => Assert.Throws<OperationCanceledException>(
                () => stage.Consumer.Read(out _, Timeout.InfiniteTimeSpan, source.Token)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                source.Cancel();
            });
        Assert.Equal(0, stage.Bells.Readers);
        stage.WriteOne("TryWrite");
        Assert.True(stage.Consumer.TryRead(out Message message));
        message.Dispose();
    }

    [Fact]
    public void A_sleep_ends_with_its_time_and_takes_its_announcement_back()
    {
        using Stage stage = new();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.False(stage.Consumer.Read(out _, TimeSpan.FromMilliseconds(30)));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));
        Assert.Equal((0u, 0), (stage.Bells.DataRings, stage.Bells.Readers));
    }

    [Fact]
    public void Typed_handles_sleep_and_wake_alike()
    {
        using TestRegion region = new();
        using SpscRing<long> ring = SpscRing<long>.Create(region, Options);
        using SpscProducer<long> producer = ring.AttachProducer();
        using SpscConsumer<long> consumer = ring.AttachConsumer();
        using RegionBells bells = new(region.Name, RingKind.Spsc, sizeof(long));
        Watchdog.Run(
            () =>
            {
                Assert.True(consumer.Read(out long value, Timeout.InfiniteTimeSpan));
                Assert.Equal(7, value);
            },
            () =>
            {
                bells.UntilReadersSleep();
                Assert.True(producer.TryWrite(7));
            });
        Watchdog.Run(
            () =>
            {
                Assert.True(consumer.Read(out long value, Timeout.InfiniteTimeSpan));
                Assert.Equal(8, value);
            },
            () =>
            {
                bells.UntilReadersSleep();
                Assert.Equal(1, producer.TryWriteBatch([8]));
            });
        while (producer.TryWrite(9))
        {
            // Until it is full.
        }

        Watchdog.Run(
            () => Assert.True(producer.Write(10, Timeout.InfiniteTimeSpan)),
            () =>
            {
                bells.UntilWritersSleep();
                Assert.True(consumer.TryRead(out _));
            });
        Watchdog.Run(
            () => Assert.True(producer.TryWrite(11) || producer.Write(11, Timeout.InfiniteTimeSpan)),
            () =>
            {
                bells.UntilWritersSleep();
                Assert.True(consumer.TryReadBatch(new long[2]) > 0);
            });
        Assert.Equal((0, 0), (bells.Readers, bells.Writers));
    }

    [Fact]
    public void A_sleep_allocates_nothing()
    {
        using Stage stage = new();
        Assert.False(stage.Consumer.Read(out _, TimeSpan.FromMilliseconds(1)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(stage.Consumer.Read(out _, TimeSpan.FromMilliseconds(2)));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_ring_without_a_way_to_wait_is_refused() =>
        Assert.Throws<ArgumentNullException>(() => new RingOptions { WaitStrategy = null! });

    private sealed class Stage : IDisposable
    {
        private readonly TestRegion _region = new();

        public Stage()
        {
            Ring = SpscRing.Create(_region, Options);
            Producer = Ring.AttachProducer();
            Consumer = Ring.AttachConsumer();
            Bells = new RegionBells(_region.Name, RingKind.Spsc);
        }

        public SpscRing Ring { get; }

        public SpscProducer Producer { get; }

        public SpscConsumer Consumer { get; }

        public RegionBells Bells { get; }

        public void Fill()
        {
            while (Producer.TryWrite([]))
            {
                // Records without payload take one header each.
            }
        }

        public void WriteOne(string way)
        {
            switch (way)
            {
                case "TryWrite":
                    Assert.True(Producer.TryWrite("x"u8));
                    break;
                case "Write":
                    Assert.True(Producer.Write("x"u8, Timeout.InfiniteTimeSpan));
                    break;
                case "batch":
                    Assert.Equal(1, Producer.TryWriteBatch(new ReadOnlyMemory<byte>[] { "x"u8.ToArray() }));
                    break;
                default:
                    Assert.True(Producer.TryClaim(1, out Claim claim));
                    claim.Span[0] = (byte)'x';
                    claim.Commit(1);
                    break;
            }
        }

        public void ReleaseAll(string way)
        {
            switch (way)
            {
                case "lease":
                    for (int i = 0; i < 2; i++)
                    {
                        Assert.True(Consumer.TryRead(out Message message));
                        message.Dispose();
                    }

                    break;
                case "batch":
                    Assert.True(Consumer.TryReadBatch((in Message _) => { }, 2) > 0);
                    break;
                default:
                    Assert.Equal(2, Consumer.TryReadBatch((in Message _, int _) => { }, (messages, _) => messages, 0, 2));
                    break;
            }
        }

        public void Dispose()
        {
            Ring.Dispose();
            Bells.Dispose();
            _region.Dispose();
        }
    }
}
