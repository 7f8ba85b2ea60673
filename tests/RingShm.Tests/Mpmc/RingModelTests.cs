using FsCheck.Xunit;
using RingShm.Layout;

namespace RingShm.Tests.Mpmc;

/// <summary>Random histories, each compared step by step with a queue.</summary>
public sealed class RingModelTests
{
    [Property(MaxTest = 200)]
    public void A_ring_answers_as_a_bounded_queue_with_claims_and_leases_does(
        byte capacityShift, ushort max, byte cardinality, (byte Kind, byte Who, ushort Number)[] steps)
    {
        long capacity = 128L << (capacityShift % 6);
        int longest = 1 + (max % (int)Math.Min(capacity - 8, 900));
        RingGeometry geometry = RingGeometry.ForMpmc(capacity, longest, 0, 8, 0);
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { CapacityBytes = capacity, MaxMessageBytes = longest, MaxParticipants = 8 });
        RingAgainstQueue model = new(ring, geometry.GranuleCount, (int)geometry.GranuleBytes);
        for (int round = 0; round < 1 + (cardinality % 8); round++)
        {
            foreach ((byte kind, byte who, ushort number) in steps)
                model.Play(kind + round, who, number);
        }

        model.Finish();
    }

    [Property(MaxTest = 50)]
    public void A_ring_of_values_answers_as_a_bounded_queue_does(byte capacityShift, byte cardinality, (byte Count, bool IsBatch)[] steps)
    {
        AssertValues<byte>(capacityShift, cardinality, steps, i => (byte)i);
        AssertValues<long>(capacityShift, cardinality, steps, i => i);
        AssertValues<(Guid, int)>(capacityShift, cardinality, steps, i => (new Guid(i, 0, 0, new byte[8]), i));
    }

    private static unsafe void AssertValues<T>(byte capacityShift, byte cardinality, (byte Count, bool IsBatch)[] steps, Func<int, T> value)
        where T : unmanaged
    {
        RingOptions options = new()
        {
            CapacityBytes = 64L << (capacityShift % 6),
            Producers = (cardinality & 1) != 0 ? Cardinality.One : Cardinality.Many,
            Consumers = (cardinality & 2) != 0 ? Cardinality.One : Cardinality.Many,
        };
        using TestRegion region = new();
        using MpmcRing<T> ring = MpmcRing<T>.Create(region, options);
        MpmcProducer<T>[] producers = [ring.AttachProducer(), .. options.Producers == Cardinality.Many ? [ring.AttachProducer()] : Array.Empty<MpmcProducer<T>>()];
        MpmcConsumer<T>[] consumers = [ring.AttachConsumer(), .. options.Consumers == Cardinality.Many ? [ring.AttachConsumer()] : Array.Empty<MpmcConsumer<T>>()];
        int room = (int)RingGeometry.ForMpmc(options.CapacityBytes, 0, sizeof(T), 64, 0).GranuleCount;
        int written = 0;
        int read = 0;
        bool isWrite = true;
        foreach ((byte count, bool isBatch) in steps.Concat(steps).Concat(steps))
        {
            int expected = Math.Min(count, isWrite ? room - (written - read) : written - read);
            T[] values = new T[count];
            MpmcProducer<T> producer = producers[count % producers.Length];
            MpmcConsumer<T> consumer = consumers[count % consumers.Length];
            if (isWrite)
            {
                for (int i = 0; i < count; i++)
                    values[i] = value(written + i);
                int got = isBatch ? producer.TryWriteBatch(values) : values.TakeWhile(v => producer.TryWrite(v)).Count();
                Assert.Equal(expected, got);
                written += got;
            }
            else
            {
                int got = isBatch ? consumer.TryReadBatch(values) : Enumerable.Range(0, count).TakeWhile(i => consumer.TryRead(out values[i])).Count();
                Assert.Equal(expected, got);
                for (int i = 0; i < got; i++)
                    Assert.Equal(value(read + i), values[i]);
                read += got;
            }

            isWrite = !isWrite;
        }

        Assert.Equal((written, read), ((int)ring.GetInfo().MessagesWritten, (int)ring.GetInfo().MessagesRead));
    }
}
