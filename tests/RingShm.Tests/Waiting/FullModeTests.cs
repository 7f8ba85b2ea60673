using System.Threading.Channels;

namespace RingShm.Tests.Waiting;

/// <summary>What a producer does when the ring is full and it was told not to wait.</summary>
public sealed class FullModeTests
{
    private static readonly RingOptions Options = new() { CapacityBytes = 1024, MaxMessageBytes = 48, WaitStrategy = RegionBells.LongSleep };

    [Theory]
    [InlineData(BoundedChannelFullMode.DropWrite)]
    [InlineData(BoundedChannelFullMode.DropNewest)]
    public async Task The_message_that_finds_the_ring_full_is_dropped_and_counted(BoundedChannelFullMode mode)
    {
        using TestRegion region = new();
        using SpscRing<int> ring = SpscRing<int>.Create(region, new RingOptions { CapacityBytes = 64, WaitStrategy = RegionBells.LongSleep });
        using SpscProducer<int> producer = ring.AttachProducer(mode);
        using SpscConsumer<int> consumer = ring.AttachConsumer();
        int fitting = 0;
        while (producer.TryWrite(fitting))
            fitting++;
        Assert.Equal(0, producer.MessagesDropped);
        Assert.True(producer.Write(100, Timeout.InfiniteTimeSpan));
        await producer.WriteAsync(101, TestContext.Current.CancellationToken);
        Assert.True(await producer.WaitToWriteAsync(TestContext.Current.CancellationToken));
        Assert.False(producer.TryWrite(102));
        Assert.Equal(2, producer.MessagesDropped);
        for (int i = 0; i < fitting; i++)
            Assert.Equal(i, await consumer.ReadAsync(TestContext.Current.CancellationToken));
        Assert.False(consumer.TryRead(out _));
    }

    [Fact]
    public async Task The_same_holds_for_messages_of_bytes()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using SpscProducer producer = ring.AttachProducer(BoundedChannelFullMode.DropWrite);
        while (producer.TryWrite(new byte[48]))
        {
            // Until it is full.
        }

        Assert.True(producer.Write(new byte[48], Timeout.InfiniteTimeSpan));
        await producer.WriteAsync(new byte[48], TestContext.Current.CancellationToken);
        Assert.Equal(2, producer.MessagesDropped);
        Assert.Throws<MessageTooLargeException>(() => producer.Write(new byte[49], Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task DropOldest_takes_the_oldest_out_and_keeps_the_newest()
    {
        using TestRegion region = new();
        using MpmcRing<int> ring = MpmcRing<int>.Create(region, new RingOptions { CapacityBytes = 1024, WaitStrategy = RegionBells.LongSleep });
        using MpmcProducer<int> producer = ring.AttachProducer(BoundedChannelFullMode.DropOldest);
        using MpmcConsumer<int> consumer = ring.AttachConsumer();
        int fitting = 0;
        while (producer.TryWrite(fitting))
            fitting++;
        Assert.True(producer.Write(fitting, Timeout.InfiniteTimeSpan));
        await producer.WriteAsync(fitting + 1, TestContext.Current.CancellationToken);
        Assert.Equal(2, producer.MessagesDropped);
        ring.Complete();
        List<int> read = [];
        await foreach (int value in consumer.ReadAllAsync(TestContext.Current.CancellationToken))
            read.Add(value);
        Assert.Equal(Enumerable.Range(2, fitting), read);
    }

    [Fact]
    public void DropOldest_drops_as_many_as_a_long_message_needs_and_spares_what_a_consumer_holds()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, Options);
        using MpmcProducer producer = ring.AttachProducer(BoundedChannelFullMode.DropOldest);
        using MpmcConsumer consumer = ring.AttachConsumer();
        while (producer.TryWrite([]))
        {
            // The shortest there is.
        }

        Assert.True(producer.Write(new byte[48], 7, Timeout.InfiniteTimeSpan, CancellationToken.None));
        Assert.True(producer.MessagesDropped > 0);
        Assert.True(consumer.TryRead(out Message held));
        long dropped = producer.MessagesDropped;
        long written = ring.GetInfo().MessagesWritten;
        for (int i = 0; i < 200; i++)
            Assert.True(producer.Write([], Timeout.InfiniteTimeSpan));
        // The ring is full up to what is held: from there on nothing can be written, and what is offered is dropped.
        Assert.True(producer.MessagesDropped > dropped);
        Assert.True(ring.GetInfo().MessagesWritten < written + 200);
        Assert.True(held.Span.Length is 0 or 48);
        held.Dispose();
        Assert.True(producer.TryWrite([]));
    }

    [Fact]
    public void The_rows_of_a_dropping_producer_come_free_with_it()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, Options);
        MpmcProducer producer = ring.AttachProducer(BoundedChannelFullMode.DropOldest);
        Assert.Equal(2, ring.GetInfo().Participants.Count);
        producer.Dispose();
        Assert.Empty(ring.GetInfo().Participants);
    }

    [Fact]
    public void What_a_ring_cannot_do_is_refused_by_name()
    {
        using TestRegion region = new();
        using SpscRing spsc = SpscRing.Create(region, Options);
        Assert.Contains("DropOldest", Assert.Throws<ArgumentException>(
            () => spsc.AttachProducer(BoundedChannelFullMode.DropOldest)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => spsc.AttachProducer((BoundedChannelFullMode)9));
        using TestRegion second = new();
        using MpmcRing<int> single = MpmcRing<int>.Create(second, new RingOptions { CapacityBytes = 1024, Consumers = Cardinality.One });
        Assert.Throws<ArgumentException>(() => single.AttachProducer(BoundedChannelFullMode.DropOldest));
        Assert.Throws<ArgumentOutOfRangeException>(() => single.AttachProducer((BoundedChannelFullMode)(-1)));
        single.AttachProducer(BoundedChannelFullMode.DropWrite).Dispose();
        Assert.Empty(single.GetInfo().Participants);
    }
}
