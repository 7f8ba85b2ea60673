namespace RingShm.Tests.Spsc;

public sealed class CompletionTests
{
    [Fact]
    public void A_completed_ring_takes_no_more_and_drains_what_it_has()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite("last"u8);
        Assert.False(pair.Consumer.IsDrained);
        pair.Ring.Complete();
        pair.Ring.Complete();
        Assert.True(pair.Ring.IsCompleted);
        Assert.True(pair.Ring.GetInfo().IsCompleted);
        Assert.Throws<RingCompletedException>(() => pair.Producer.TryWrite("x"u8));
        Assert.Throws<RingCompletedException>(() => pair.Producer.TryClaim(1, out _));
        Assert.Throws<RingCompletedException>(() => pair.Producer.TryWriteBatch([new byte[1]]));
        Assert.Throws<RingCompletedException>(() => pair.Producer.Write("x"u8, Timeout.InfiniteTimeSpan));
        Assert.False(pair.Consumer.IsDrained);
        Assert.Equal("last"u8, pair.Next().Payload);
        Assert.True(pair.Consumer.IsDrained);
        Assert.False(pair.Consumer.Read(out _, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_full_ring_that_is_completed_ends_a_waiting_writer()
    {
        using RingPair pair = new(64);
        pair.Fill();
        Watchdog.Run(
            () => Assert.Throws<RingCompletedException>(() => pair.Producer.Write("x"u8, Timeout.InfiniteTimeSpan)),
            () => pair.Ring.Complete());
    }

    [Fact]
    public void Completion_ends_a_waiting_reader()
    {
        using RingPair pair = new();
        Watchdog.Run(
            () => Assert.False(pair.Consumer.Read(out _, Timeout.InfiniteTimeSpan)),
            () => pair.Ring.Complete());
        Assert.True(pair.Consumer.IsDrained);
    }

    [Fact]
    public void A_claim_that_was_open_at_completion_cannot_be_committed()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryClaim(4, out Claim claim));
        pair.Ring.Complete();
        bool refused = false;
        try
        {
            claim.Commit(4);
        }
        catch (RingCompletedException)
        {
            refused = true;
        }

        Assert.True(refused);
        claim.Dispose();
        Assert.True(pair.Consumer.IsDrained);
    }

    [Fact]
    public void A_completed_ring_gives_out_no_producer_and_keeps_none()
    {
        using RingPair pair = new();
        pair.Producer.Dispose();
        pair.Ring.Complete();
        Assert.Throws<RingCompletedException>(() => pair.Ring.AttachProducer());
        // The refused attempt did not keep the row.
        Assert.Throws<RingCompletedException>(() => pair.Ring.AttachProducer());
        Assert.Equal(ParticipantRole.Consumer, Assert.Single(pair.Ring.GetInfo().Participants).Role);
    }

    [Fact]
    public void Completion_is_seen_through_every_ring_object()
    {
        using RingPair pair = new();
        using SpscRing other = SpscRing.Open(pair.Name);
        other.Complete();
        Assert.True(pair.Ring.IsCompleted);
        Assert.Throws<RingCompletedException>(() => pair.Producer.TryWrite([]));
        Assert.True(pair.Consumer.IsDrained);
    }

    [Fact]
    public void Typed_handles_complete_alike()
    {
        using TestRegion region = new();
        using SpscRing<int> ring = SpscRing<int>.Create(region);
        using SpscProducer<int> producer = ring.AttachProducer();
        using SpscConsumer<int> consumer = ring.AttachConsumer();
        producer.TryWrite(1);
        ring.Complete();
        Assert.Throws<RingCompletedException>(() => producer.TryWrite(2));
        Assert.Throws<RingCompletedException>(() => producer.TryWriteBatch([2]));
        Assert.False(consumer.IsDrained);
        Assert.True(consumer.Read(out int value, TimeSpan.Zero));
        Assert.Equal(1, value);
        Assert.True(consumer.IsDrained);
        Assert.False(consumer.Read(out _, Timeout.InfiniteTimeSpan));
    }
}
