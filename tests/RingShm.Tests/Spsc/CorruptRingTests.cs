using System.Runtime.InteropServices;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.Tests.Spsc;

/// <summary>Whatever the bytes are: a typed exception at the most, nothing outside the region, no endless loop.</summary>
public sealed unsafe class CorruptRingTests
{
    [Theory]
    [InlineData(-8L)]
    [InlineData(4L)]
    [InlineData(1L << 63)]
    [InlineData(long.MaxValue)]
    [InlineData((1L << 62) + 8)]
    public void Positions_that_no_ring_has_are_refused_when_a_role_starts(long position)
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        *region.Map.ConsumerPosition = position;
        Assert.Throws<RingCorruptException>(() => region.StartProducer());
        Assert.Contains(position.ToString(), Assert.Throws<RingCorruptException>(() => region.StartConsumer()).Message);
        *region.Map.ConsumerPosition = 0;
        *region.Map.ProducerPosition = position;
        Assert.Throws<RingCorruptException>(() => region.StartProducer());
        Assert.Throws<RingCorruptException>(() => region.StartConsumer());
    }

    [Fact]
    public void A_consumer_position_that_goes_wrong_under_a_producer_is_refused()
    {
        foreach (long position in new[] { -8L, 8L, 1L << 40, long.MaxValue, long.MinValue })
        {
            using RingPair pair = new(64);
            using NativeRegion region = new(RingGeometry.ForSpsc(64, 0, 0));
            SpscProducerCore<DirectMemory> producer = region.StartProducer();
            *region.Map.ConsumerPosition = position;
            RingCorruptException refused = Assert.Throws<RingCorruptException>(() =>
            {
                for (int i = 0; i < 100; i++)
                    producer.TryWrite("12345678"u8, 0);
            });
            Assert.Contains(position.ToString(), refused.Message);
            region.AssertGuardsAreWhole();
        }
    }

    [Theory]
    [InlineData(1L)]
    [InlineData(0x7FFF_FFFFL)]
    [InlineData(0x8000_0065L)] // one byte longer than allowed
    [InlineData(0xFFFF_FFFFL)]
    [InlineData(-1L)]
    [InlineData(0x0000_0001_0000_0000L)]
    public void A_header_that_no_producer_writes_is_refused_with_its_place_and_value(long header)
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        *(long*)region.Map.Data = header;
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        string message = Assert.Throws<RingCorruptException>(() => consumer.TryPeek(out _)).Message;
        Assert.Contains("position 0", message);
        Assert.Contains($"0x{header:X16}", message);
        Assert.Throws<RingCorruptException>(() => region.StartProducer());
    }

    [Fact]
    public void A_value_of_another_length_is_refused_in_a_typed_ring()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 0, 8));
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        *(long*)region.Map.Data = RecordLayout.EncodeHeader(7, 0);
        Assert.Throws<RingCorruptException>(() => consumer.TryRead<long>(out _));
        Assert.Throws<RingCorruptException>(() => consumer.TryReadBatch(new long[2]));
    }

    [Fact]
    public void Headers_that_never_end_are_refused()
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(256, 100, 0));
        MemoryMarshal.Cast<byte, long>(new Span<byte>(region.Map.Data, 256)).Fill(RecordLayout.EncodeHeader(0, 0));
        Assert.Throws<RingCorruptException>(() => region.StartProducer());
    }

    [Fact]
    public void Random_bytes_cost_a_typed_exception_at_the_most()
    {
        Random random = new(3);
        byte[] sink = new byte[256];
        for (int round = 0; round < 3000; round++)
        {
            using NativeRegion region = new(RingGeometry.ForSpsc(64 << (round % 4), round % 3 == 0 ? 0 : 40, 0));
            Scramble(region, random);
            Try(() =>
            {
                SpscConsumerCore<DirectMemory> consumer = region.StartConsumer(round % 2 == 0);
                for (int i = 0; i < 50 && consumer.TryPeek(out SpscRecord record); i++)
                {
                    new ReadOnlySpan<byte>(record.Payload, record.LengthBytes).CopyTo(sink);
                    consumer.Release(record.SizeBytes);
                }
            });
            Try(() =>
            {
                SpscProducerCore<DirectMemory> producer = region.StartProducer(round % 2 == 0);
                for (int i = 0; i < 50; i++)
                {
                    producer.TryWrite(sink.AsSpan(0, random.Next(33)), i);
                    if (i % 10 == 0)
                        *region.Map.ConsumerPosition = random.NextInt64();
                }
            });
            region.AssertGuardsAreWhole();
        }
    }

    [Fact]
    public void A_region_of_random_bytes_behind_a_good_header_opens_reads_verifies_and_is_refused_in_words()
    {
        Random random = new(4);
        using TestFolder folder = new();
        for (int round = 0; round < 50; round++)
        {
            string path = folder.File($"r{round}");
            SpscRing.Create(path, new RingOptions { CapacityBytes = 256 }).Dispose();
            byte[] bytes = new byte[FileBytes.Read(path).Length - 4096];
            random.NextBytes(bytes);
            FileBytes.Write(path, 4096, bytes);
            Ring.Inspect(path);
            Assert.False(Ring.Verify(path).IsClean);
            using SpscRing ring = SpscRing.Open(path);
            ring.GetInfo();
            Try(() => ring.AttachProducer().TryWrite("x"u8));
            Try(() => ring.AttachConsumer().TryRead(out _));
        }
    }

    private static void Scramble(NativeRegion region, Random random)
    {
        random.NextBytes(region.Bytes[0x1000..]);
        if (random.Next(2) == 0)
            *region.Map.Completed = 0;
        if (random.Next(4) == 0)
            return;
        // Plausible positions and headers get further in.
        long consumer = random.Next(1000) * 8L;
        *region.Map.ConsumerPosition = consumer;
        *region.Map.ProducerPosition = consumer + (random.Next(-4, 9) * 8);
        for (long* word = (long*)region.Map.Data; word < (long*)(region.Map.Data + region.Geometry.CapacityBytes); word++)
            *word = random.Next(3) == 0 ? 0 : RecordLayout.EncodeHeader(random.Next(45), 1);
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is RingCorruptException or RingCompletedException or RoleTakenException)
        {
            // What is promised.
        }
    }
}
