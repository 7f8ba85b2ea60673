using System.Buffers.Binary;

namespace RingShm.Tests.Mpmc;

/// <summary>Opening, agreeing, attaching: what the ring object itself promises.</summary>
public sealed class RingTests
{
    [Fact]
    public void Create_open_and_either_tell_which()
    {
        using TestRegion region = new();
        Assert.Throws<RingNotFoundException>(() => MpmcRing.Open(region));
        using MpmcRing first = MpmcRing.CreateOrOpen(region, new RingOptions { CapacityBytes = 4000, MaxMessageBytes = 100 });
        using MpmcRing second = MpmcRing.CreateOrOpen(region, new RingOptions { CapacityBytes = 4096 });
        using MpmcRing third = MpmcRing.Open(region);
        Assert.Equal([true, false, false], [first.CreatedNew, second.CreatedNew, third.CreatedNew]);
        Assert.Throws<RingExistsException>(() => MpmcRing.Create(region));
        Assert.Throws<RingExistsException>(() => MpmcRing<int>.Create(region));
        Assert.Equal((4096L, 100L, region.Name), (third.CapacityBytes, third.MaxMessageBytes, third.Name.ToString()));
        using MpmcProducer producer = first.AttachProducer();
        using MpmcConsumer consumer = third.AttachConsumer();
        Assert.Equal(100, producer.MaxMessageBytes);
        Assert.True(producer.TryWrite([], 7));
        Assert.Equal((7, false), MpmcPair.Next(consumer));
    }

    [Fact]
    public void Kinds_and_types_do_not_mix()
    {
        using TestRegion region = new();
        using MpmcRing<long> ring = MpmcRing<long>.Create(region);
        Assert.Contains("Mpmc", Assert.Throws<RingMismatchException>(() => SpscRing<long>.Open(region)).Message);
        Assert.Throws<RingMismatchException>(() => MpmcRing<int>.Open(region));
        Assert.Throws<RingMismatchException>(() => MpmcRing.Open(region));
        using MpmcRing<double> sameSize = MpmcRing<double>.Open(region);
        using TestRegion other = new();
        using SpscRing spsc = SpscRing.Create(other);
        Assert.Contains("Spsc", Assert.Throws<RingMismatchException>(() => MpmcRing.Open(other)).Message);
        Assert.Equal((RingKind.Mpmc, 8L), (Ring.Inspect(region).Kind, Ring.Inspect(region).FixedMessageBytes));
    }

    [Fact]
    public void Options_that_contradict_a_region_fail_with_both_values()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions
        {
            CapacityBytes = 4096, MaxMessageBytes = 100, Producers = Cardinality.One, MaxParticipants = 5, DeadConsumers = DeadConsumerPolicy.Drop,
        });
        (RingOptions Options, string Found, string Asked)[] contradictions =
        [
            (new RingOptions { CapacityBytes = 8192 }, "4096", "8192"),
            (new RingOptions { MaxMessageBytes = 101 }, "100", "101"),
            (new RingOptions { Producers = Cardinality.Many }, "One", "Many"),
            (new RingOptions { Consumers = Cardinality.One }, "Many", "One"),
            (new RingOptions { MaxParticipants = 6 }, "5", "6"),
            (new RingOptions { DeadConsumers = DeadConsumerPolicy.Redeliver }, "Drop", "Redeliver"),
        ];
        foreach ((RingOptions options, string found, string asked) in contradictions)
        {
            foreach (Func<MpmcRing> open in new Func<MpmcRing>[] { () => MpmcRing.Open(region, options), () => MpmcRing.CreateOrOpen(region, options) })
            {
                string message = Assert.Throws<RingMismatchException>(open).Message;
                Assert.Contains(found, message);
                Assert.Contains(asked, message);
            }
        }

        using MpmcRing agreed = MpmcRing.Open(region, new RingOptions
        {
            CapacityBytes = 3000, MaxMessageBytes = 100, Producers = Cardinality.One, Consumers = Cardinality.Many, MaxParticipants = 5,
            DeadConsumers = DeadConsumerPolicy.Drop,
        });
    }

    [Fact]
    public void Sizes_that_make_no_ring_are_named_before_anything_is_made()
    {
        foreach (RingOptions options in new[]
        {
            new RingOptions { CapacityBytes = -4711 }, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 4711 },
            new RingOptions { MaxParticipants = -4711 }, new RingOptions { MaxParticipants = 1_004_711 },
        })
        {
            using TestRegion region = new();
            Assert.Contains("4711", Assert.Throws<ArgumentOutOfRangeException>(() => MpmcRing.Create(region, options)).Message);
            Assert.Throws<RingNotFoundException>(() => MpmcRing.Open(region));
        }
    }

    [Fact]
    public void A_side_that_is_declared_single_has_one_holder_at_a_time()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { Producers = Cardinality.One, Consumers = Cardinality.One, MaxParticipants = 1 });
        using MpmcRing other = MpmcRing.Open(region);
        MpmcProducer producer = ring.AttachProducer();
        MpmcConsumer consumer = ring.AttachConsumer();
        foreach (MpmcRing each in new[] { ring, other })
        {
            Assert.Equal(Environment.ProcessId, Assert.Throws<RoleTakenException>(each.AttachProducer).OwnerProcessId);
            Assert.Contains("consumer", Assert.Throws<RoleTakenException>(each.AttachConsumer).Message);
        }

        Assert.True(producer.TryWrite([], 1));
        producer.Dispose();
        consumer.Dispose();
        using MpmcProducer nextProducer = other.AttachProducer();
        using MpmcConsumer nextConsumer = other.AttachConsumer();
        Assert.True(nextProducer.TryWrite([], 2));
        Assert.Equal([(1, false), (2, false)], [MpmcPair.Next(nextConsumer), MpmcPair.Next(nextConsumer)]);
    }

    [Fact]
    public void As_many_participants_attach_as_the_ring_was_made_for()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { MaxParticipants = 3 });
        RingInfo info = ring.GetInfo();
        Assert.Equal(
            (Cardinality.Many, Cardinality.Many, DeadConsumerPolicy.Redeliver, 3),
            (info.Producers, info.Consumers, info.DeadConsumers, info.MaxParticipants));
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcProducer second = ring.AttachProducer();
        MpmcConsumer consumer = ring.AttachConsumer();
        Assert.Contains("3 participants", Assert.Throws<ParticipantLimitException>(ring.AttachProducer).Message);
        Assert.Throws<ParticipantLimitException>(ring.AttachConsumer);
        consumer.Dispose();
        using MpmcConsumer next = ring.AttachConsumer();
        Assert.Equal(
            [ParticipantRole.Producer, ParticipantRole.Producer, ParticipantRole.Consumer],
            ring.GetInfo().Participants.Select(participant => participant.Role));
        Assert.All(ring.GetInfo().Participants, participant => Assert.True(participant.IsAlive && participant.ProcessId == Environment.ProcessId));
        Assert.Equal(2, ring.GetInfo().Participants[2].Generation);
    }

    [Fact]
    public void A_monitor_sees_everything_and_attaches_nothing()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300 });
        using MpmcProducer producer = ring.AttachProducer();
        Assert.True(producer.TryWrite(new byte[100]));
        using MpmcRing monitor = MpmcRing.Open(region, new RingOptions { Access = RingAccess.ReadOnly });
        Assert.Equal((1L, 128L, 0L, 128L), (monitor.GetInfo().MessagesWritten, monitor.GetInfo().ProducerPosition, monitor.GetInfo().ConsumerPosition, monitor.GetInfo().UsedBytes));
        Action[] ways = [() => monitor.AttachProducer(), () => monitor.AttachConsumer(), monitor.Complete, () => monitor.Recover()];
        foreach (Action way in ways)
            Assert.Contains("read-only", Assert.Throws<InvalidOperationException>(way).Message);
        Assert.False(monitor.IsCompleted);
        Assert.Equal((true, 1L), (Ring.Verify(region).IsClean, Ring.Verify(region).MessagesInRing));
    }

    [Fact]
    public void Counters_go_on_when_participants_change()
    {
        using MpmcPair pair = new();
        for (int i = 0; i < 5; i++)
        {
            using MpmcProducer producer = pair.Ring.AttachProducer();
            using MpmcConsumer consumer = pair.Ring.AttachConsumer();
            Assert.True(producer.TryWrite([], i));
            Assert.True(producer.TryClaim(1, out Claim claim));
            claim.Dispose();
            Assert.Equal(0, consumer.TryReadBatch(static (in Message _, int _) => { }, static (_, _) => 0, 0, 10));
            Assert.Equal((i, true), MpmcPair.Next(consumer));
        }

        RingInfo info = pair.Ring.GetInfo();
        Assert.Equal((5L, 5L, 5L, 5L), (info.MessagesWritten, info.MessagesRead, info.ClaimsAborted, info.MessagesRedelivered));
        Assert.Equal((0L, 0L), (info.ParticipantsRecovered, info.LeasesRecovered));
    }

    [Fact]
    public void Typed_handles_complete_wait_and_end_alike()
    {
        using TestRegion region = new();
        using MpmcRing<long> ring = MpmcRing<long>.Create(region, new RingOptions { CapacityBytes = 64 });
        MpmcProducer<long> producer = ring.AttachProducer();
        MpmcConsumer<long> consumer = ring.AttachConsumer();
        Assert.False(consumer.Read(out _, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => consumer.Read(out _, TimeSpan.MinValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => producer.Write(1, TimeSpan.MinValue));
        Watchdog.Run(
            () =>
            {
                for (long i = 0; i < 1000; i++)
                    Assert.True(producer.Write(i, Timeout.InfiniteTimeSpan));
                ring.Complete();
            },
            () =>
            {
                for (long i = 0; i < 1000; i++)
                {
                    Assert.True(consumer.Read(out long value, Timeout.InfiniteTimeSpan));
                    Assert.Equal(i, value);
                }

                Assert.False(consumer.Read(out _, Timeout.InfiniteTimeSpan));
            });
        Assert.True(consumer.IsDrained && ring.IsCompleted);
        Assert.Throws<RingCompletedException>(() => producer.TryWrite(2));
        Assert.Throws<RingCompletedException>(() => producer.TryWriteBatch([2]));
        Assert.Throws<RingCompletedException>(ring.AttachProducer);
        Assert.Equal((0, 0), (producer.TryWriteBatch([]), consumer.TryReadBatch([])));
        producer.Dispose();
        consumer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => producer.TryWrite(1));
        Assert.Throws<ObjectDisposedException>(() => producer.TryWriteBatch([1]));
        Assert.Throws<ObjectDisposedException>(() => consumer.TryRead(out _));
        Assert.Throws<ObjectDisposedException>(() => consumer.TryReadBatch(new long[1]));
        Assert.Throws<ObjectDisposedException>(() => _ = consumer.IsDrained);
        ring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.GetInfo());
        Assert.Throws<ObjectDisposedException>(() => ring.Recover());
    }

    [Theory]
    [InlineData(Cardinality.Many, Cardinality.Many, 48)]
    [InlineData(Cardinality.Many, Cardinality.Many, 200)]
    [InlineData(Cardinality.One, Cardinality.Many, 300)]
    [InlineData(Cardinality.Many, Cardinality.One, 300)]
    public void Many_threads_exchange_every_message_once_and_each_producers_in_order(Cardinality producers, Cardinality consumers, int max)
    {
        const int Each = 30_000;
        int writers = producers == Cardinality.One ? 1 : 3;
        int readers = consumers == Cardinality.One ? 1 : 3;
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { CapacityBytes = 2048, MaxMessageBytes = max, Producers = producers, Consumers = consumers });
        int[] seen = new int[writers * Each];
        int writing = writers;
        IEnumerable<Action> write = Enumerable.Range(0, writers).Select<int, Action>(writer => () =>
        {
            using MpmcProducer producer = ring.AttachProducer();
            byte[] buffer = new byte[max];
            for (int i = 0; i < Each; i++)
            {
                int length = 4 + (i % (max - 3));
                buffer.AsSpan().Fill((byte)i);
                BinaryPrimitives.WriteInt32LittleEndian(buffer, i);
                Assert.True(producer.Write(buffer.AsSpan(0, length), writer, Timeout.InfiniteTimeSpan, default));
            }

            if (Interlocked.Decrement(ref writing) == 0)
                ring.Complete();
        });
        IEnumerable<Action> read = Enumerable.Range(0, readers).Select<int, Action>(_ => () =>
        {
            using MpmcConsumer consumer = ring.AttachConsumer();
            int[] last = [.. Enumerable.Repeat(-1, writers)];
            while (consumer.Read(out Message message, Timeout.InfiniteTimeSpan))
            {
                using (message)
                {
                    int number = BinaryPrimitives.ReadInt32LittleEndian(message.Span);
                    if (number <= last[message.Type] || message.Redelivered || message.Span.Length != 4 + (number % (max - 3))
                        || message.Span[4..].ContainsAnyExcept((byte)number))
                        Assert.Fail($"message {number} of {message.Type} after {last[message.Type]}, {message.Span.Length} bytes");
                    last[message.Type] = number;
                    Interlocked.Increment(ref seen[(message.Type * Each) + number]);
                }
            }
        });
        Watchdog.Run([.. write, .. read]);
        Assert.All(seen, times => Assert.Equal(1, times));
        Assert.True(Ring.Verify(region).IsClean);
        Assert.Equal((0L, 0L), (ring.GetInfo().ClaimsRecovered, ring.GetInfo().LeasesRecovered));
    }
}
