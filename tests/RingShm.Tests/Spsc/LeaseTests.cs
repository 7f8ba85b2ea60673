namespace RingShm.Tests.Spsc;

public sealed class LeaseTests
{
    [Fact]
    public void A_leased_message_is_not_written_over()
    {
        using RingPair pair = new(64, 40);
        Assert.True(pair.Producer.TryWrite("stay here, forty bytes of it, just so!!!"u8));
        Assert.True(pair.Consumer.TryRead(out Message message));
        while (pair.Producer.TryWrite([0xFF, 0xFF]))
        {
            // Until the ring is full.
        }

        Assert.Equal("stay here, forty bytes of it, just so!!!"u8, message.Span);
        Assert.Equal(0, pair.Ring.GetInfo().ConsumerPosition);
        message.Dispose();
        Assert.Equal(48, pair.Ring.GetInfo().ConsumerPosition);
        Assert.True(pair.Producer.TryWrite([1, 2]));
    }

    [Fact]
    public void A_handle_with_an_open_message_does_nothing_else()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite("1"u8);
        pair.Producer.TryWrite("2"u8);
        Assert.True(pair.Consumer.TryRead(out Message message));
        Assert.Throws<InvalidOperationException>(() => pair.Consumer.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => pair.Consumer.Read(out _, TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(() => pair.Consumer.TryReadBatch((in Message _) => { }, 1));
        Assert.Throws<InvalidOperationException>(() => pair.Consumer.IsDrained);
        message.Dispose();
        Assert.Equal("2"u8, pair.Next().Payload);
    }

    [Fact]
    public void Disposing_a_message_twice_hands_back_one()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite("1"u8);
        pair.Producer.TryWrite("2"u8);
        pair.Producer.TryWrite("3"u8);
        Assert.True(pair.Consumer.TryRead(out Message first));
        first.Dispose();
        first.Dispose();
        Assert.True(pair.Consumer.TryRead(out Message second));
        first.Dispose();
        Assert.Equal("2"u8, second.Span);
        Assert.Equal(16, pair.Ring.GetInfo().ConsumerPosition);
        second.Dispose();
        Assert.Equal("3"u8, pair.Next().Payload);
        Assert.Equal(3, pair.Ring.GetInfo().MessagesRead);
    }

    [Fact]
    public void A_message_that_was_not_read_can_be_disposed()
    {
        using RingPair pair = new();
        Assert.False(pair.Consumer.TryRead(out Message none));
        none.Dispose();
        Assert.Equal(0, none.Span.Length);
    }

    [Fact]
    public void A_role_is_kept_while_a_message_is_open_and_free_after_it()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite("1"u8);
        pair.Producer.TryWrite("2"u8);
        Assert.True(pair.Consumer.TryRead(out Message message));
        pair.Consumer.Dispose();
        Assert.True(pair.Consumer.IsDisposed);
        Assert.Throws<RoleTakenException>(() => pair.Ring.AttachConsumer());
        Assert.Equal("1"u8, message.Span);
        message.Dispose();
        using SpscConsumer successor = pair.Ring.AttachConsumer();
        Assert.True(successor.TryRead(out Message next));
        using (next)
        {
            Assert.Equal("2"u8, next.Span);
            Assert.False(next.Redelivered);
        }
    }

    [Fact]
    public void A_message_outlives_its_ring_object()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite("still here"u8);
        Assert.True(pair.Consumer.TryRead(out Message message));
        pair.Ring.Dispose();
        Assert.Equal("still here"u8, message.Span);
        message.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Consumer.TryRead(out _));
    }
}
