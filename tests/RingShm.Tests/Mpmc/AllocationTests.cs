using System.Buffers;

namespace RingShm.Tests.Mpmc;

/// <summary>A message costs no allocation, however it is written and read.</summary>
public sealed class AllocationTests
{
    private const int Messages = 20_000;

    private static readonly byte[] Payload = new byte[48];
    private static readonly ReadOnlyMemory<byte>[] Batch = [Payload, Payload, Payload];

    [Theory]
    [InlineData(48)]
    [InlineData(300)]
    public void Write_and_read_allocate_nothing(int max)
    {
        using MpmcPair pair = new(new RingOptions { CapacityBytes = 4096, MaxMessageBytes = max });
        AssertNoAllocation(() =>
        {
            pair.Producer.TryWrite(Payload, 1);
            pair.Consumer.TryRead(out Message message);
            message.Dispose();
            pair.Consumer.TryRead(out _);
            pair.Producer.Write(Payload, Timeout.InfiniteTimeSpan);
            pair.Consumer.Read(out message, Timeout.InfiniteTimeSpan);
            message.Dispose();
            _ = pair.Consumer.IsDrained;
        });
    }

    [Fact]
    public void Several_claims_and_leases_at_once_allocate_nothing()
    {
        using MpmcPair pair = new();
        AssertNoAllocation(() =>
        {
            pair.Producer.TryClaim(48, out Claim aborted);
            pair.Producer.TryClaim(48, out Claim second);
            pair.Producer.TryClaim(48, out Claim third);
            aborted.Dispose();
            third.Commit(20);
            second.Commit(10);
            pair.Consumer.TryRead(out Message first);
            pair.Consumer.TryRead(out Message last);
            first.Dispose();
            last.Dispose();
        });
    }

    [Fact]
    public void Batches_allocate_nothing_also_when_they_come_again()
    {
        using MpmcPair pair = new();
        MessageHandler handler = static (in Message message) => _ = message.Span.Length;
        MessageHandler<int> withState = static (in Message message, int factor) => _ = message.Span.Length * factor;
        BatchSettler<int> one = static (_, _) => 1;
        AssertNoAllocation(() =>
        {
            pair.Producer.TryWriteBatch(Batch, 1);
            pair.Consumer.TryReadBatch(withState, one, 3, 10);
            while (pair.Consumer.TryReadBatch(handler, 10) > 0)
            {
                // What was not settled comes one at a time.
            }
        });
        Assert.Equal(0, pair.Ring.GetInfo().UsedBytes);
    }

    [Fact]
    public void A_full_ring_costs_no_allocation_either()
    {
        using MpmcPair pair = new();
        pair.Fill();
        AssertNoAllocation(() =>
        {
            pair.Producer.TryWrite(Payload);
            pair.Producer.TryClaim(8, out _);
            pair.Producer.TryWriteBatch(Batch);
        });
    }

    [Theory]
    [InlineData(Cardinality.One)]
    [InlineData(Cardinality.Many)]
    public void Values_allocate_nothing(Cardinality cardinality)
    {
        using TestRegion region = new();
        using MpmcRing<Guid> ring = MpmcRing<Guid>.Create(
            region, new RingOptions { CapacityBytes = 4096, Producers = cardinality, Consumers = cardinality });
        using MpmcProducer<Guid> producer = ring.AttachProducer();
        using MpmcConsumer<Guid> consumer = ring.AttachConsumer();
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

    [Fact]
    public void A_writer_is_made_for_each_claim_that_asks_for_one_and_for_no_other()
    {
        using MpmcPair pair = new();
        AssertNoAllocation(() =>
        {
            pair.Producer.TryClaim(48, out Claim claim);
            claim.Span.Clear();
            claim.Commit(48);
            pair.Consumer.TryRead(out Message message);
            message.Dispose();
        });
        pair.Producer.TryClaim(48, out Claim written);
        written.Writer.Write("abc"u8);
        written.Commit();
        Assert.Equal(1, pair.Consumer.TryReadBatch(static (in Message message) => Assert.Equal("abc"u8, message.Span), 1));
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
