using System.Text;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.Tests.Layout;

/// <summary>
/// The bytes of one small region after a fixed history, as version 1.0 makes them. If this fails, the format has changed: that
/// takes a new format version and a new golden file, not an edit of this one.
/// </summary>
public sealed unsafe class GoldenRegionTests
{
    private const string GoldenName = "spsc-v1.hex";

    private static readonly RegionHeader Header = new(
        RingGeometry.ForSpsc(256, 100, 0), LivenessModel.FileLocks, 0, 1_700_000_000_123_456,
        new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    [Fact]
    public void The_shipped_code_makes_the_golden_bytes()
    {
        using NativeRegion region = new(Header.Geometry);
        PlayHistory(region);
        region.AssertGuardsAreWhole();
        GoldenFile.AssertSame(GoldenName, region.Bytes);
    }

    [Fact]
    public void The_golden_bytes_open_as_a_region_and_hold_the_expected_messages()
    {
        using TestFolder folder = new();
        byte[] bytes = GoldenFile.Read(GoldenName, (int)Header.Geometry.TotalBytes);
        if (OperatingSystem.IsWindows())
        {
            // The golden region was made on Linux; only its word for who is alive differs.
            (RegionHeader.Decode(bytes, "golden", bytes.Length) with { Liveness = LivenessModel.ProcessHandles }).Encode(bytes);
            fixed (byte* start = bytes)
                RegionPublication<DirectMemory>.Publish(start);
        }

        File.WriteAllBytes(folder.File(), bytes);
        using SpscRing ring = SpscRing.Open(folder.File());
        RingInfo info = ring.GetInfo();
        Assert.Equal(Header.CreationId, info.CreationId);
        Assert.Equal(new DateTimeOffset(2023, 11, 14, 22, 13, 20, 123, 456, TimeSpan.Zero), info.CreatedAt);
        Assert.Equal(
            (256L, 100L, 0L, 16384L), (info.CapacityBytes, info.MaxMessageBytes, info.FixedMessageBytes, info.TotalBytes));
        Assert.Equal((320L, 144L), (info.ProducerPosition, info.ConsumerPosition));
        Assert.Equal((9L, 6L, 1L), (info.MessagesWritten, info.MessagesRead, info.ClaimsAborted));
        Assert.Equal((0L, 1L, 1L), (info.MessagesRedelivered, info.ProducerTakeovers, info.ConsumerTakeovers));
        ParticipantInfo dead = Assert.Single(info.Participants);
        Assert.Equal((ParticipantRole.None, 0x3FFF_FFFF, false), (dead.Role, dead.ProcessId, dead.IsAlive));
        Assert.DoesNotContain(Ring.Verify(folder.File()).Problems, problem => !problem.Contains("no known role", StringComparison.Ordinal));

        using SpscConsumer consumer = ring.AttachConsumer();
        AssertNext(consumer, 144, 3, "batch-3"u8, redelivered: true);
        AssertNext(consumer, 160, 100, Pattern(100), redelivered: true);
        AssertNext(consumer, 272, -2, Pattern(37), redelivered: false);
        Assert.False(consumer.TryRead(out _));

        using SpscProducer producer = ring.AttachProducer();
        Assert.Equal(2, ring.GetInfo().ProducerTakeovers);
        Assert.True(producer.TryWrite("more"u8, 11));
        AssertNext(consumer, 320, 11, "more"u8, redelivered: false);
    }

    /// <summary>Everything that leaves a trace in a region, with nothing that differs from run to run.</summary>
    private static void PlayHistory(NativeRegion region)
    {
        Header.Encode(region.Bytes);
        RegionPublication<DirectMemory>.Publish(region.Base);
        long* producerRow = (long*)(region.Base + region.Geometry.RowsOffset);
        Assert.True(RowProtocol<DirectMemory>.TryAcquire(producerRow, 0, RowLayout.PackOwner(0x3FFF_FFFF, 0x0102_0304), new AllDead(), out _));

        SpscProducerCore<DirectMemory> producer = region.StartProducer();
        SpscConsumerCore<DirectMemory> consumer = region.StartConsumer();
        Assert.True(producer.TryWrite("hello"u8, 7));                                 // position 0, 16 bytes
        Assert.True(producer.TryWrite([], 0));                                        // 16, 8
        Assert.True(producer.TryWrite(Pattern(24), -1));                              // 24, 32
        Read(ref consumer, 2);
        long* claim = producer.TryReserve(64);                                        // 56, shrunk from 72 to 24
        DirectMemory.CopyIn(SpscMap.PayloadOf(claim), Pattern(12), Edge.S2);
        producer.Publish(claim, 12, 42);
        Assert.True(producer.TryReserve(30) != null);
        producer.CountAborted();
        Assert.Equal(3, producer.TryWriteBatch(                                       // 80: 48 bytes, 128: 16, 144: 16
            (ReadOnlyMemory<byte>[])[Pattern(40), Encoding.ASCII.GetBytes("batch-2"), Encoding.ASCII.GetBytes("batch-3")], 3));
        consumer = region.StartConsumer();
        ReadBatch(ref consumer, 4);
        Assert.True(producer.TryWrite(Pattern(100), 100));                            // 160, 112: crosses the end at 256
        // This consumer hands out a batch, 144 to 272, and dies before it hands it back. So does the producer.
        consumer.NoteDelivered(160);
        consumer.NoteDelivered(272);
        consumer = region.StartConsumer(predecessorDied: true);
        producer = region.StartProducer(predecessorDied: true);
        Assert.True(producer.TryWrite(Pattern(37), -2));                              // 272, 48: index 16
        // When a producer stores its position is its own affair, not the format's; here it has.
        producer.StoreHints();
    }

    private static void Read(ref SpscConsumerCore<DirectMemory> consumer, int messages)
    {
        for (int i = 0; i < messages; i++)
        {
            Assert.True(consumer.TryPeek(out SpscRecord record));
            consumer.Release(record.SizeBytes);
        }
    }

    private static void ReadBatch(ref SpscConsumerCore<DirectMemory> consumer, int messages)
    {
        long position = consumer.Position;
        for (int i = 0; i < messages; i++)
        {
            Assert.True(consumer.TryPeekAt(position, out SpscRecord record));
            position += record.SizeBytes;
            consumer.NoteDelivered(position);
        }

        consumer.ReleaseBatch(position - consumer.Position, messages, 0);
    }

    private static void AssertNext(SpscConsumer consumer, long position, int type, ReadOnlySpan<byte> payload, bool redelivered)
    {
        Assert.True(consumer.TryRead(out Message message));
        using (message)
        {
            Assert.Equal((position, type, redelivered), (message.Position, message.Type, message.Redelivered));
            Assert.Equal(payload, message.Span);
        }
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];

    private sealed class AllDead : IRowOracle
    {
        public RowLock TryLock(int row) => RowLock.Acquired;

        public void Unlock(int row)
        {
        }

        public bool IsAlive(int row, long owner) => false;
    }
}
