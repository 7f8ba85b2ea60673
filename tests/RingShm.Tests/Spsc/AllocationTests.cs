using System.Buffers;

namespace RingShm.Tests.Spsc;

/// <summary>A message costs no allocation, however it is written and read.</summary>
public sealed class AllocationTests
{
    private const int Messages = 100_000;

    private static readonly byte[] Payload = new byte[48];
    private static readonly ReadOnlyMemory<byte>[] Batch = [Payload, Payload, Payload];

    [Fact]
    public void Write_and_read_allocate_nothing()
    {
        using RingPair pair = new(4096);
        AssertNoAllocation(() =>
        {
            pair.Producer.TryWrite(Payload, 1);
            pair.Consumer.TryRead(out Message message);
            message.Dispose();
            pair.Consumer.TryRead(out _);
        });
    }

    [Fact]
    public void Waiting_calls_that_need_not_wait_allocate_nothing()
    {
        using RingPair pair = new(4096);
        AssertNoAllocation(() =>
        {
            pair.Producer.Write(Payload, Timeout.InfiniteTimeSpan);
            pair.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan);
            message.Dispose();
        });
    }

    [Fact]
    public void Claim_commit_abort_and_writer_allocate_nothing()
    {
        using RingPair pair = new(4096);
        AssertNoAllocation(() =>
        {
            pair.Producer.TryClaim(48, out Claim aborted);
            aborted.Dispose();
            pair.Producer.TryClaim(48, out Claim claim);
            claim.Writer.Write(Payload.AsSpan(0, 20));
            claim.Commit();
            pair.Consumer.TryRead(out Message message);
            message.Dispose();
        });
    }

    [Fact]
    public void Batches_allocate_nothing()
    {
        using RingPair pair = new(4096);
        MessageHandler handler = static (in Message message) => _ = message.Span.Length;
        AssertNoAllocation(() =>
        {
            pair.Producer.TryWriteBatch(Batch, 1);
            pair.Consumer.TryReadBatch(handler, 10);
            pair.Producer.TryWrite(Payload);
            pair.Consumer.TryReadBatch(static (in Message message, int factor) => _ = message.Span.Length * factor, 3, 10);
        });
    }

    [Fact]
    public void A_full_ring_costs_no_allocation_either()
    {
        using RingPair pair = new(64);
        pair.Fill();
        AssertNoAllocation(() =>
        {
            pair.Producer.TryWrite(Payload.AsSpan(0, 8));
            pair.Producer.TryClaim(8, out _);
        });
    }

    [Fact]
    public void Values_allocate_nothing()
    {
        using TestRegion region = new();
        using SpscRing<Guid> ring = SpscRing<Guid>.Create(region, new RingOptions { CapacityBytes = 4096 });
        using SpscProducer<Guid> producer = ring.AttachProducer();
        using SpscConsumer<Guid> consumer = ring.AttachConsumer();
        Guid[] values = new Guid[5];
        AssertNoAllocation(() =>
        {
            producer.TryWrite(values[0]);
            consumer.TryRead(out values[1]);
            producer.TryWriteBatch(values);
            consumer.TryReadBatch(values);
            consumer.TryRead(out values[0]);
        });
    }

    private static void AssertNoAllocation(Action operation)
    {
        for (int i = 0; i < 1000; i++)
            operation();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Messages; i++)
            operation();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
