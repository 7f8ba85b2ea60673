namespace RingShm.Tests.Waiting;

/// <summary>Who waits in an MPMC handle sleeps in the kernel, and all who may go on are woken.</summary>
public sealed class MpmcSleepTests
{
    private static readonly RingOptions Options = new()
    {
        CapacityBytes = 1024,
        MaxMessageBytes = 48,
        WaitStrategy = RegionBells.LongSleep,
    };

    [Fact]
    public void Two_messages_wake_two_sleeping_consumers()
    {
        using Stage stage = new();
        using MpmcConsumer second = stage.Ring.AttachConsumer();
        Watchdog.Run(
            () => ReadOne(stage.Consumer),
            () => ReadOne(second),
            () =>
            {
                stage.Bells.UntilReadersSleep(2);
                Assert.True(stage.Producer.TryWrite("1"u8));
                Assert.True(stage.Producer.TryWrite("2"u8));
            });
        Assert.Equal(0, stage.Bells.Readers);
        Assert.Equal(2, stage.Ring.GetInfo().MessagesRead);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("commit")]
    [InlineData("batch")]
    public void A_sleeping_consumer_is_woken_by_every_way_to_publish(string way)
    {
        using Stage stage = new();
        Watchdog.Run(
            () => ReadOne(stage.Consumer),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                stage.WriteOne(way);
            });
        Assert.Equal(0, stage.Bells.Readers);
    }

    [Theory]
    [InlineData("write")]
    [InlineData("commit")]
    [InlineData("batch")]
    public void Each_way_to_publish_rings(string way)
    {
        using Stage stage = new();
        Assert.True(stage.Bells.IsReaderRungBy(() => stage.WriteOne(way)));
    }

    [Fact]
    public void What_is_given_up_rings_for_those_behind_it()
    {
        using Stage stage = new();
        Assert.True(stage.Producer.TryClaim(1, out Claim claim));
        uint rings = stage.Bells.DataRings;
        stage.Bells.AnnounceReader();
        claim.Dispose();
        Assert.Equal(rings + 1, stage.Bells.DataRings);
        // Passing over it frees its granules.
        Assert.True(stage.Bells.IsWriterRungBy(() => Assert.False(stage.Consumer.TryRead(out _))));
    }

    [Fact]
    public void Each_way_to_hand_back_rings()
    {
        using Stage stage = new();
        stage.Fill();
        Assert.True(stage.Bells.IsWriterRungBy(() => ReadOne(stage.Consumer)));
        Assert.True(stage.Bells.IsWriterRungBy(() => Assert.Equal(2, stage.Consumer.TryReadBatch((in Message _) => { }, 2))));
    }

    [Fact]
    public void A_sleeping_producer_is_woken_by_a_message_that_is_handed_back()
    {
        using Stage stage = new();
        stage.Fill();
        Watchdog.Run(
            () => Assert.True(stage.Producer.Write("x"u8, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilWritersSleep();
                ReadOne(stage.Consumer);
            });
        Assert.Equal(0, stage.Bells.Writers);
    }

    [Fact]
    public void What_a_batch_returns_rings_for_the_other_consumers()
    {
        using Stage stage = new();
        Assert.True(stage.Producer.TryWrite("x"u8));
        Assert.True(stage.Bells.IsReaderRungBy(() => Assert.Equal(0, stage.Consumer.TryReadBatch(
            static (in Message _, int _) => { }, static (_, _) => 0, 0, 1))));
    }

    [Fact]
    public void What_a_batch_returns_goes_to_another_consumer_that_waits()
    {
        using Stage stage = new();
        using MpmcConsumer second = stage.Ring.AttachConsumer();
        using ManualResetEventSlim taken = new();
        Watchdog.Run(
            () =>
            {
                taken.Wait();
                Assert.True(second.Read(out Message message, Timeout.InfiniteTimeSpan));
                using (message)
                    Assert.True(message.Redelivered);
            },
            () =>
            {
                Assert.True(stage.Producer.TryWrite("x"u8));
                Assert.Equal(0, stage.Consumer.TryReadBatch(
                    static (in Message _, ManualResetEventSlim taken) => taken.Set(),
                    (_, _) =>
                    {
                        stage.Bells.UntilReadersSleep();
                        return 0;
                    },
                    taken,
                    1));
            });
        Assert.Equal(0, stage.Bells.Readers);
    }

    [Fact]
    public void Completing_disposing_and_cancelling_wake_sleepers()
    {
        using Stage stage = new();
        using CancellationTokenSource source = new();
        MpmcConsumer second = stage.Ring.AttachConsumer();
        Watchdog.Run(
            () => Assert.Throws<OperationCanceledException>(
                () => stage.Consumer.Read(out _, Timeout.InfiniteTimeSpan, source.Token)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                source.Cancel();
            });
        Watchdog.Run(
            () => Assert.Throws<ObjectDisposedException>(() => second.Read(out _, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                second.Dispose();
            });
        Watchdog.Run(
            () => Assert.False(stage.Consumer.Read(out _, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilReadersSleep();
                stage.Ring.Complete();
            });
        Assert.Equal(0, stage.Bells.Readers);
    }

    [Fact]
    public void Completing_wakes_a_sleeping_producer_which_is_refused()
    {
        using Stage stage = new();
        stage.Fill();
        Watchdog.Run(
            () => Assert.Throws<RingCompletedException>(() => stage.Producer.Write("x"u8, Timeout.InfiniteTimeSpan)),
            () =>
            {
                stage.Bells.UntilWritersSleep();
                stage.Ring.Complete();
            });
        Assert.Equal(0, stage.Bells.Writers);
    }

    [Fact]
    public void Waits_end_with_their_time_also_behind_what_is_held()
    {
        using Stage stage = new();
        Assert.False(stage.Consumer.Read(out _, TimeSpan.FromMilliseconds(20)));
        Assert.True(stage.Producer.TryClaim(1, out Claim claim));
        Assert.False(stage.Consumer.Read(out _, TimeSpan.FromMilliseconds(20)));
        claim.Dispose();
        Assert.False(stage.Consumer.TryRead(out _));
        stage.Fill();
        Assert.True(stage.Consumer.TryRead(out Message message));
        Assert.False(stage.Producer.Write("x"u8, TimeSpan.FromMilliseconds(20)));
        message.Dispose();
        Assert.Equal((0u, 0, 0u, 0), (stage.Bells.DataRings, stage.Bells.Readers, stage.Bells.SpaceRings, stage.Bells.Writers));
    }

    [Fact]
    public void Typed_handles_sleep_and_wake_alike()
    {
        using TestRegion region = new();
        using MpmcRing<long> ring = MpmcRing<long>.Create(region, new RingOptions { CapacityBytes = 1024, WaitStrategy = RegionBells.LongSleep });
        using MpmcProducer<long> producer = ring.AttachProducer();
        using MpmcConsumer<long> consumer = ring.AttachConsumer();
        using RegionBells bells = new(region.Name, RingKind.Mpmc, sizeof(long));
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
        while (producer.TryWrite(8))
        {
            // Until it is full.
        }

        Watchdog.Run(
            () => Assert.True(producer.Write(9, Timeout.InfiniteTimeSpan)),
            () =>
            {
                bells.UntilWritersSleep();
                Assert.Equal(1, consumer.TryReadBatch(new long[1]));
            });
        Assert.Equal((0, 0), (bells.Readers, bells.Writers));
    }

    private static void ReadOne(MpmcConsumer consumer)
    {
        Assert.True(consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
        message.Dispose();
    }

    private sealed class Stage : IDisposable
    {
        private readonly TestRegion _region = new();

        public Stage()
        {
            Ring = MpmcRing.Create(_region, Options);
            Producer = Ring.AttachProducer();
            Consumer = Ring.AttachConsumer();
            Bells = new RegionBells(_region.Name, RingKind.Mpmc);
        }

        public MpmcRing Ring { get; }

        public MpmcProducer Producer { get; }

        public MpmcConsumer Consumer { get; }

        public RegionBells Bells { get; }

        public void WriteOne(string way)
        {
            switch (way)
            {
                case "write":
                    Assert.True(Producer.TryWrite("x"u8));
                    break;
                case "commit":
                    Assert.True(Producer.TryClaim(1, out Claim claim));
                    claim.Commit(1);
                    break;
                default:
                    Assert.Equal(1, Producer.TryWriteBatch(new ReadOnlyMemory<byte>[] { new byte[1] }));
                    break;
            }
        }

        public void Fill()
        {
            while (Producer.TryWrite([]))
            {
                // Until there is no granule left.
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
