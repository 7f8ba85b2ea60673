using System.Runtime.CompilerServices;

namespace RingShm.Tests.Mpmc;

/// <summary>Handles that a program lost, and what the survivors make of it, through the public surface.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public void A_lost_producers_claims_are_passed_by_whoever_waits_behind_them()
    {
        using MpmcPair pair = new();
        LoseProducerWithOpenClaims(pair.Name);
        Assert.True(pair.Producer.TryWrite([], 9));
        WaitForLost(pair.Ring, ParticipantRole.Producer);
        Watchdog.Run(() =>
        {
            Assert.True(pair.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
            using (message)
                Assert.Equal((9, false), (message.Type, message.Redelivered));
        });
        Assert.True(pair.Ring.GetInfo().ClaimsRecovered >= 2);
        // A marked claim is mended by way of its row, which may be free already.
        pair.Ring.Recover();
        Assert.Equal(1, pair.Ring.GetInfo().ParticipantsRecovered);
        Assert.True(Ring.Verify(pair.Name).IsClean);
    }

    [Fact]
    public void A_lost_consumers_messages_come_again_to_an_idle_consumer()
    {
        using MpmcPair pair = new();
        for (int type = 0; type < 3; type++)
            Assert.True(pair.Producer.TryWrite(new byte[100], type));
        LoseConsumerWithOpenMessages(pair.Name);
        Assert.Equal((2, false), pair.Next());
        pair.Ring.Complete();
        WaitForLost(pair.Ring, ParticipantRole.Consumer);
        Assert.False(pair.Consumer.IsDrained);
        List<int> again = [];
        Watchdog.Run(() =>
        {
            while (pair.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan))
            {
                using (message)
                {
                    Assert.True(message.Redelivered);
                    again.Add(message.Type);
                }
            }
        });
        Assert.Equal([0, 1], again.Order());
        RingInfo info = pair.Ring.GetInfo();
        Assert.Equal((2L, 2L, 1L, 3L), (info.LeasesRecovered, info.MessagesRedelivered, info.ParticipantsRecovered, info.MessagesRead));
        Assert.Equal(2, info.Participants.Count);
    }

    [Fact]
    public void A_lost_consumers_messages_are_found_by_a_producer_that_comes_round()
    {
        using MpmcPair pair = new(MpmcPair.OneGranule);
        pair.Fill();
        LoseConsumerWithOpenMessages(pair.Name);
        WaitForLost(pair.Ring, ParticipantRole.Consumer);
        Watchdog.Run(
            () => Assert.True(pair.Producer.Write([], Timeout.InfiniteTimeSpan)),
            () =>
            {
                bool wasReturned = false;
                while (!wasReturned)
                {
                    Assert.True(pair.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
                    using (message)
                        wasReturned = message.Redelivered;
                }
            });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recover_mends_everything_at_once_and_counts_it(bool byName)
    {
        using MpmcPair pair = new();
        for (int type = 0; type < 3; type++)
            Assert.True(pair.Producer.TryWrite([], type));
        LoseConsumerWithOpenMessages(pair.Name);
        LoseProducerWithOpenClaims(pair.Name);
        WaitForLost(pair.Ring, ParticipantRole.Consumer);
        WaitForLost(pair.Ring, ParticipantRole.Producer);
        RingRecovery recovered = byName ? Ring.Recover(pair.Name) : pair.Ring.Recover();
        Assert.Equal(
            (pair.Name, 2, 0, 2L, 0L),
            (recovered.Name, recovered.RowsSwept, recovered.RowsWaiting, recovered.LeasesRecovered, recovered.MessagesDropped));
        Assert.True(recovered.ClaimsRecovered >= 2);
        Assert.Equal(new RingRecovery(pair.Name, 0, 0, 0, 0, 0), pair.Ring.Recover());
        List<int> types = [];
        while (pair.Consumer.TryRead(out Message message))
        {
            types.Add(message.Redelivered ? message.Type : 10 + message.Type);
            message.Dispose();
        }

        Assert.Equal([0, 1, 12], types.Order());
        Assert.True(Ring.Verify(pair.Name).IsClean);
        Assert.Equal(2, pair.Ring.GetInfo().Participants.Count);
    }

    [Fact]
    public void A_ring_that_drops_what_the_dead_held_never_delivers_it_twice()
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, DeadConsumers = DeadConsumerPolicy.Drop });
        for (int type = 0; type < 3; type++)
            Assert.True(pair.Producer.TryWrite(new byte[100], type));
        LoseConsumerWithOpenMessages(pair.Name);
        WaitForLost(pair.Ring, ParticipantRole.Consumer);
        Assert.Equal(2, pair.Ring.Recover().MessagesDropped);
        Assert.Equal((2, false), pair.Next());
        Assert.False(pair.Consumer.TryRead(out _));
        Assert.Equal((2L, 0L, 1L), (pair.Ring.GetInfo().MessagesDropped, pair.Ring.GetInfo().LeasesRecovered, pair.Ring.GetInfo().MessagesRead));
        pair.Ring.Complete();
        Assert.True(pair.Consumer.IsDrained);
    }

    [Fact]
    public void A_lost_holder_of_a_single_side_is_followed_by_the_next_to_attach()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(
            region, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, Producers = Cardinality.One, Consumers = Cardinality.One });
        LoseProducerWithOpenClaims(region.Name);
        WaitForLost(ring, ParticipantRole.Producer);
        using MpmcProducer producer = ring.AttachProducer();
        for (int type = 0; type < 2; type++)
            Assert.True(producer.TryWrite([], type));
        LoseConsumerWithOpenMessages(region.Name);
        WaitForLost(ring, ParticipantRole.Consumer);
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.Equal([(0, true), (1, true)], [MpmcPair.Next(consumer), MpmcPair.Next(consumer)]);
        Assert.False(consumer.TryRead(out _));
        Assert.Equal(2, ring.GetInfo().ParticipantsRecovered);
    }

    [Fact]
    public void The_last_row_of_a_lost_handle_is_taken_over()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { MaxParticipants = 1 });
        LoseProducerWithOpenClaims(region.Name);
        WaitForLost(ring, ParticipantRole.Producer);
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.False(consumer.TryRead(out _));
        Assert.Equal((1L, 0L), (ring.GetInfo().ParticipantsRecovered, ring.GetInfo().UsedBytes));
    }

    [Fact]
    public void Of_an_spsc_ring_there_is_nothing_to_recover()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        Assert.Equal(new RingRecovery(region.Name, 0, 0, 0, 0, 0), Ring.Recover(region));
    }

    /// <summary>Until the garbage collector has found the lost handle.</summary>
    private static void WaitForLost(MpmcRing ring, ParticipantRole role) => Watchdog.Run(() =>
    {
        while (ring.GetInfo().Participants.All(participant => participant.Role != role || participant.IsAlive))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseProducerWithOpenClaims(string name)
    {
        MpmcProducer producer = MpmcRing.Open(name).AttachProducer();
        Assert.True(producer.TryClaim(20, out _));
        Assert.True(producer.TryClaim(20, out _));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoseConsumerWithOpenMessages(string name)
    {
        MpmcConsumer consumer = MpmcRing.Open(name).AttachConsumer();
        Assert.True(consumer.TryRead(out _));
        Assert.True(consumer.TryRead(out _));
    }
}
