using System.Text;

namespace RingShm.Tests.Spsc;

public sealed class BatchTests
{
    [Fact]
    public void A_batch_writes_as_many_as_fit_in_order()
    {
        using RingPair pair = new(64);
        ReadOnlyMemory<byte>[] messages = [.. Enumerable.Range(0, 10).Select(i => (ReadOnlyMemory<byte>)new[] { (byte)i })];
        Assert.Equal(3, pair.Producer.TryWriteBatch(messages, 9));
        Assert.Equal(0, pair.Producer.TryWriteBatch(messages.AsSpan(3), 9));
        for (int i = 0; i < 3; i++)
        {
            (byte[] payload, int type, long position) = pair.Next();
            Assert.Equal([(byte)i], payload);
            Assert.Equal((9, 16L * i), (type, position));
        }

        pair.AssertEmpty();
        Assert.Equal(3, pair.Ring.GetInfo().MessagesWritten);
    }

    [Fact]
    public void An_empty_batch_writes_nothing()
    {
        using RingPair pair = new();
        Assert.Equal(0, pair.Producer.TryWriteBatch([]));
        pair.AssertEmpty();
    }

    [Fact]
    public void A_batch_stops_before_a_message_that_is_too_long_and_throws_when_that_is_first()
    {
        using RingPair pair = new(64);
        ReadOnlyMemory<byte>[] messages = [new byte[1], new byte[2], new byte[33], new byte[3]];
        Assert.Equal(2, pair.Producer.TryWriteBatch(messages));
        Assert.Throws<MessageTooLargeException>(() => pair.Producer.TryWriteBatch(messages.AsSpan(2)));
        Assert.Single(pair.Next().Payload);
        Assert.Equal(2, pair.Next().Payload.Length);
        pair.AssertEmpty();
    }

    [Fact]
    public void A_source_that_throws_in_a_batch_leaves_the_ring_as_it_was()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite("before"u8);
        ReadOnlyMemory<byte>[] messages = [new byte[8], new byte[8], new BrokenMemory().Memory];
        Assert.Throws<NotSupportedException>(() => pair.Producer.TryWriteBatch(messages));
        Assert.Equal("before"u8, pair.Next().Payload);
        pair.AssertEmpty();
        pair.Producer.TryWrite("after"u8);
        Assert.Equal("after"u8, pair.Next().Payload);
        pair.AssertEmpty();
    }

    [Fact]
    public void A_batch_read_hands_everything_back_at_once_at_the_end()
    {
        using RingPair pair = new();
        for (int i = 0; i < 5; i++)
            pair.Producer.TryWrite(Encoding.ASCII.GetBytes($"m{i}"), i);
        List<string> seen = [];
        int read = pair.Consumer.TryReadBatch(
            (in Message message) =>
            {
                seen.Add($"{Encoding.ASCII.GetString(message.Span)}/{message.Type}/{message.Position}");
                message.Dispose();
                Assert.Equal(0, pair.Ring.GetInfo().ConsumerPosition);
            }, 4);
        Assert.Equal(4, read);
        Assert.Equal(["m0/0/0", "m1/1/16", "m2/2/32", "m3/3/48"], seen);
        Assert.Equal(64, pair.Ring.GetInfo().ConsumerPosition);
        Assert.Equal("m4"u8, pair.Next().Payload);
        Assert.Equal(0, pair.Consumer.TryReadBatch((in Message _) => Assert.Fail("there is none"), 4));
    }

    [Fact]
    public void A_handler_that_throws_gets_its_message_again_and_those_before_are_handed_back()
    {
        using RingPair pair = new();
        for (int i = 0; i < 5; i++)
            pair.Producer.TryWrite([(byte)i]);
        Assert.Throws<FormatException>(() => pair.Consumer.TryReadBatch(
            static (in Message message) =>
            {
                if (message.Span[0] == 2)
                    throw new FormatException();
            }, 10));
        Assert.Equal(2, pair.Ring.GetInfo().MessagesRead);
        List<byte> rest = [];
        Assert.Equal(3, pair.Consumer.TryReadBatch((in Message message) => rest.Add(message.Span[0]), 10));
        Assert.Equal([2, 3, 4], rest);
    }

    [Fact]
    public void A_handler_that_uses_its_own_handle_is_refused()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite([1]);
        Assert.Throws<InvalidOperationException>(() =>
            pair.Consumer.TryReadBatch((in Message _) => pair.Consumer.TryRead(out Message _), 1));
        Assert.Equal([1], pair.Next().Payload);
    }

    [Fact]
    public void A_handler_may_dispose_its_handle_and_its_ring()
    {
        using RingPair pair = new();
        pair.Producer.TryWrite([1]);
        pair.Producer.TryWrite([2]);
        int sum = 0;
        Assert.Equal(2, pair.Consumer.TryReadBatch(
            (in Message message) =>
            {
                pair.Consumer.Dispose();
                pair.Ring.Dispose();
                sum += message.Span[0];
            }, 10));
        Assert.Equal(3, sum);
        Assert.Throws<ObjectDisposedException>(() => pair.Consumer.TryRead(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_limit_that_is_not_positive_is_named(int limit)
    {
        using RingPair pair = new();
        Assert.Contains(limit.ToString(), Assert.Throws<ArgumentOutOfRangeException>(
            () => pair.Consumer.TryReadBatch((in Message _) => { }, limit)).Message);
        Assert.Throws<ArgumentNullException>(() => pair.Consumer.TryReadBatch(null!, 1));
    }

    [Fact]
    public void Values_go_through_in_batches()
    {
        using TestRegion region = new();
        using SpscRing<int> ring = SpscRing<int>.Create(region, new RingOptions { CapacityBytes = 128 });
        using SpscProducer<int> producer = ring.AttachProducer();
        using SpscConsumer<int> consumer = ring.AttachConsumer();
        int[] values = [.. Enumerable.Range(0, 100)];
        int[] read = new int[100];
        int written = 0;
        int got = 0;
        while (got < 100)
        {
            int count = producer.TryWriteBatch(values.AsSpan(written), 3);
            Assert.Equal(Math.Min(7, 100 - written), count);
            written += count;
            Assert.Equal(Math.Min(5, count), consumer.TryReadBatch(read.AsSpan(got, Math.Min(5, 100 - got))));
            got += Math.Min(5, count);
            got += consumer.TryReadBatch(read.AsSpan(got));
        }

        Assert.Equal(values, read);
        Assert.Equal(0, consumer.TryReadBatch([]));
        Assert.Equal(0, consumer.TryReadBatch(read));
        Assert.Equal((100L, 100L), (ring.GetInfo().MessagesWritten, ring.GetInfo().MessagesRead));
    }

    private sealed class BrokenMemory : System.Buffers.MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(8);

        public override Span<byte> GetSpan() => throw new NotSupportedException();

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
