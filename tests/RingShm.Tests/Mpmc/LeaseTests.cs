namespace RingShm.Tests.Mpmc;

/// <summary>Several leases open at once, which only MPMC handles have.</summary>
public sealed class LeaseTests
{
    [Theory]
    [InlineData(48)]
    [InlineData(300)]
    public void Several_messages_are_handed_back_in_any_order_and_stay_whole_until_then(int max)
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 2048, MaxMessageBytes = max });
        byte[] payload = new byte[max];
        for (int round = 0; round < 20; round++)
        {
            for (int type = 1; type <= 3; type++)
            {
                payload.AsSpan().Fill((byte)type);
                Assert.True(pair.Producer.TryWrite(payload.AsSpan(0, max - type), type));
            }

            Assert.True(pair.Consumer.TryRead(out Message first));
            Assert.True(pair.Consumer.TryRead(out Message second));
            Assert.True(pair.Consumer.TryRead(out Message third));
            Assert.False(pair.Consumer.TryRead(out _));
            second.Dispose();
            pair.Fill();
            Assert.False(first.Span.ContainsAnyExcept((byte)1));
            Assert.False(third.Span.ContainsAnyExcept((byte)3));
            Assert.Equal((max - 1, max - 3), (first.Span.Length, third.Span.Length));
            third.Dispose();
            first.Dispose();
            first.Dispose();
            while (pair.Consumer.TryRead(out Message rest))
                rest.Dispose();
        }

        RingInfo info = pair.Ring.GetInfo();
        Assert.Equal(info.MessagesWritten, info.MessagesRead);
        Assert.True(Ring.Verify(pair.Name).IsClean);
    }

    [Fact]
    public void A_lease_holds_up_producers_when_they_come_round_to_it_and_not_before()
    {
        using MpmcPair pair = new(MpmcPair.OneGranule);
        pair.Fill();
        Assert.True(pair.Consumer.TryRead(out Message held));
        for (int i = 0; i < 15; i++)
            pair.Next();
        // All but the one slot are free; the next in order is the leased one.
        Assert.False(pair.Producer.TryWrite([]));
        Assert.Equal(0, pair.Ring.Recover().LeasesRecovered);
        held.Dispose();
        for (int i = 0; i < 16; i++)
            Assert.True(pair.Producer.TryWrite([]));
        Assert.False(pair.Producer.TryWrite([]));
    }

    [Fact]
    public void Each_message_goes_to_one_consumer()
    {
        using MpmcPair pair = new();
        using MpmcConsumer other = pair.Ring.AttachConsumer();
        for (int type = 0; type < 4; type++)
            Assert.True(pair.Producer.TryWrite([], type));
        Assert.True(pair.Consumer.TryRead(out Message held));
        Assert.Equal((1, false), MpmcPair.Next(other));
        Assert.Equal((2, false), pair.Next());
        Assert.Equal((3, false), MpmcPair.Next(other));
        Assert.False(other.TryRead(out _));
        Assert.Equal(0, held.Type);
        held.Dispose();
    }

    [Fact]
    public void A_handle_disposed_under_open_leases_keeps_them_readable_and_its_row_until_the_last_has_ended()
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, Consumers = Cardinality.One });
        Assert.True(pair.Producer.TryWrite("first"u8));
        Assert.True(pair.Producer.TryWrite("second"u8));
        Assert.True(pair.Producer.TryWrite("third"u8, 3));
        Assert.True(pair.Consumer.TryRead(out Message first));
        Assert.True(pair.Consumer.TryRead(out Message second));
        pair.Consumer.Dispose();
        first.Dispose();
        Assert.Throws<RoleTakenException>(() => pair.Ring.AttachConsumer());
        Assert.Equal("second"u8, second.Span);
        second.Dispose();
        using MpmcConsumer successor = pair.Ring.AttachConsumer();
        Assert.Equal((3, false), MpmcPair.Next(successor));
    }

    [Fact]
    public void Positions_grow_from_message_to_message_and_count_granules()
    {
        using MpmcPair pair = new();
        foreach (int length in new[] { 0, 56, 57, 300, 1 })
            Assert.True(pair.Producer.TryWrite(new byte[length]));
        List<long> positions = [];
        while (pair.Consumer.TryRead(out Message message))
        {
            positions.Add(message.Position);
            message.Dispose();
        }

        Assert.Equal([0, 1, 2, 4, 9], positions);
        Assert.Equal((640L, 640L), (pair.Ring.GetInfo().ProducerPosition, pair.Ring.GetInfo().ConsumerPosition));
    }

    [Fact]
    public void A_ring_is_drained_for_one_consumer_only_when_no_other_holds_anything()
    {
        using MpmcPair pair = new();
        using MpmcConsumer other = pair.Ring.AttachConsumer();
        Assert.True(pair.Producer.TryWrite([]));
        Assert.True(other.TryRead(out Message held));
        pair.Ring.Complete();
        Assert.False(pair.Consumer.IsDrained);
        Assert.False(pair.Consumer.TryRead(out _));
        Assert.False(pair.Consumer.Read(out _, TimeSpan.FromMilliseconds(5)));
        Assert.False(pair.Consumer.IsDrained);
        // Its own lease it will hand back itself.
        Assert.True(other.IsDrained);
        held.Dispose();
        Assert.True(pair.Consumer.IsDrained);
    }
}
