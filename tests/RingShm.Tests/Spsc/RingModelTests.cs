using FsCheck.Xunit;

namespace RingShm.Tests.Spsc;

/// <summary>Random histories, each compared step by step with a queue.</summary>
public sealed class RingModelTests
{
    [Property(MaxTest = 150, Arbitrary = [typeof(Scenarios)])]
    public void A_ring_answers_as_a_bounded_queue_does(Scenario scenario)
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(
            region, new RingOptions { CapacityBytes = scenario.CapacityBytes, MaxMessageBytes = scenario.MaxMessageBytes });
        RingAgainstQueue model = new(ring);
        foreach (RingStep step in scenario.Steps)
            model.Play(step);
        model.Finish();
    }

    [Property(MaxTest = 50)]
    public void A_ring_of_values_answers_as_a_bounded_queue_does(byte capacityShift, (byte Count, bool IsBatch)[] steps)
    {
        AssertValues<byte>(capacityShift, steps, i => (byte)i);
        AssertValues<long>(capacityShift, steps, i => i);
        AssertValues<(Guid, int)>(capacityShift, steps, i => (new Guid(i, 0, 0, new byte[8]), i));
    }

    private static unsafe void AssertValues<T>(byte capacityShift, (byte Count, bool IsBatch)[] steps, Func<int, T> value)
        where T : unmanaged
    {
        using TestRegion region = new();
        using SpscRing<T> ring = SpscRing<T>.Create(region, new RingOptions { CapacityBytes = 64L << (capacityShift % 5) });
        using SpscProducer<T> producer = ring.AttachProducer();
        using SpscConsumer<T> consumer = ring.AttachConsumer();
        long size = (8 + sizeof(T) + 7) / 8 * 8;
        int room = (int)((ring.CapacityBytes - 8) / size);
        int written = 0;
        int read = 0;
        bool isWrite = true;
        foreach ((byte count, bool isBatch) in steps.Concat(steps).Concat(steps))
        {
            int free = room - (written - read);
            int expected = Math.Min(count, isWrite ? free : written - read);
            T[] values = new T[count];
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
    }
}
