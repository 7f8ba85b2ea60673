using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.Tests.Spsc;

/// <summary>What a successor makes of what its predecessor left, on the cores themselves.</summary>
public sealed unsafe class TakeoverTests
{
    [Fact]
    public void A_producer_finds_the_end_however_far_the_stored_position_trails()
    {
        for (int messages = 0; messages < 20; messages++)
        {
            using NativeRegion region = new(RingGeometry.ForSpsc(512, 100, 0));
            SpscProducerCore<DirectMemory> first = region.StartProducer();
            for (int i = 0; i < messages; i++)
                Assert.True(first.TryWrite(new byte[i % 10], i));
            long end = first.Position;
            *region.Map.ProducerPosition = 0;
            *region.Map.ProducerMessages = 0;
            SpscProducerCore<DirectMemory> second = region.StartProducer(predecessorDied: true);
            Assert.Equal(end, second.Position);
            Assert.Equal((end, (long)messages, 1L), (*region.Map.ProducerPosition, *region.Map.ProducerMessages, *region.Map.ProducerTakeovers));
        }
    }

    [Fact]
    public void What_was_not_published_never_existed()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        SpscProducerCore<DirectMemory> dead = region.StartProducer();
        Assert.True(dead.TryWrite("one"u8, 1));
        long* header = dead.TryReserve(50);
        new Span<byte>(header + 1, 50).Fill(0xFF);
        SpscProducerCore<DirectMemory> successor = region.StartProducer(predecessorDied: true);
        Assert.Equal(16, successor.Position);
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        Assert.True(consumer.TryPeek(out SpscRecord record));
        consumer.Release(record.SizeBytes);
        Assert.False(consumer.TryPeek(out _));
        Assert.True(successor.TryWrite("two"u8, 2));
        Assert.True(consumer.TryPeek(out record));
        Assert.Equal(2, record.Type);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void One_lease_may_have_been_out_when_a_consumer_died(bool died, int flagged)
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        for (int i = 0; i < 3; i++)
            Assert.True(producer.TryWrite("payload"u8, i));
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        Assert.True(consumer.TryPeek(out SpscRecord record));
        consumer.Release(record.SizeBytes);
        AssertFlags(region, region.StartConsumer(died), 2, flagged);
    }

    [Fact]
    public void A_batch_that_was_out_is_flagged_to_its_noted_end_and_over_two_deaths()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        for (int i = 0; i < 5; i++)
            Assert.True(producer.TryWrite("payload"u8, i));
        SpscConsumerCore<DirectMemory> first = region.StartConsumer();
        first.NoteDelivered(16);
        first.NoteDelivered(48);
        SpscConsumerCore<DirectMemory> second = region.StartConsumer(predecessorDied: true);
        Assert.True(second.TryPeek(out SpscRecord record));
        second.Release(record.SizeBytes);
        AssertFlags(region, region.StartConsumer(predecessorDied: true), 4, 2);
        Assert.Equal((2L, 3L), (*region.Map.ConsumerTakeovers, *region.Map.ConsumerRedelivered));
    }

    [Fact]
    public void A_message_published_after_the_death_is_not_flagged()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        region.StartConsumer();
        SpscConsumerCore<DirectMemory> successor = region.StartConsumer(predecessorDied: true);
        Assert.True(producer.TryWrite("later"u8, 0));
        AssertFlags(region, successor, 1, 0);
    }

    [Fact]
    public void Redelivered_values_are_counted()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 0, 8));
        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        Assert.Equal(4, producer.TryWriteBatch<long>([1, 2, 3, 4], 0));
        region.StartConsumer().NoteDelivered(48);
        SpscConsumerCore<DirectMemory> successor = region.StartConsumer(predecessorDied: true);
        Assert.Equal(4, successor.TryReadBatch(new long[9]));
        Assert.Equal(3, *region.Map.ConsumerRedelivered);
    }

    private static void AssertFlags(NativeRegion region, SpscConsumerCore<DirectMemory> consumer, int messages, int flagged)
    {
        for (int i = 0; i < messages; i++)
        {
            Assert.Equal(i < flagged, consumer.IsRedelivered(consumer.Position));
            Assert.True(consumer.TryPeek(out SpscRecord record));
            consumer.Release(record.SizeBytes);
        }

        Assert.False(consumer.TryPeek(out _));
        region.AssertGuardsAreWhole();
    }
}
