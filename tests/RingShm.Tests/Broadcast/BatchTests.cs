using RingShm.Layout;
using RingShm.Mapping;

namespace RingShm.Tests.Broadcast;

/// <summary>Batches of broadcast readers, where something other than a message lies behind messages that were handed out.</summary>
public sealed unsafe class BatchTests
{
    [Theory]
    [InlineData(48)]
    [InlineData(300)]
    public void A_batch_that_is_not_settled_holds_writers_also_before_a_claim_that_was_given_up(int max)
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(max));
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        Assert.True(writer.TryWrite([1], 1));
        Assert.True(writer.TryClaim(10, out Claim claim));
        claim.Dispose();
        List<(int Type, byte Payload)> seen = [];
        MessageHandler<int> handler = (in Message message, int _) => seen.Add((message.Type, message.Span[0]));
        int written = 0;
        // Inside the batch, where the cursor must still be before its first message.
        int SettleNothing(int messages, int _)
        {
            while (writer.TryWrite([2], 2))
                written++;
            return 0;
        }

        Assert.Equal(0, reader.TryReadBatch(handler, SettleNothing, 0, 10));
        Assert.Throws<FormatException>(() => reader.TryReadBatch(handler, static (_, _) => throw new FormatException(), 0, 1));
        Assert.Equal(Slots(region) - 2, written);
        Assert.True(reader.TryRead(out Message again));
        Assert.Equal((1, 1, true), (again.Type, again.Span[0], again.Redelivered));
        again.Dispose();
        Assert.Equal([(1, 1), (1, 1)], seen);
        Assert.True(writer.TryWrite([2], 2));
    }

    [Fact]
    public void A_batch_that_is_settled_gives_up_what_lies_behind_it_as_well()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(48));
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        Assert.True(writer.TryWrite([1], 1));
        Assert.True(writer.TryClaim(10, out Claim claim));
        claim.Dispose();
        Assert.Equal(1, reader.TryReadBatch(static (in Message _, int _) => { }, static (messages, _) => messages, 0, 10));
        int written = 0;
        while (writer.TryWrite([2], 2))
            written++;
        Assert.Equal(Slots(region), written);
    }

    [Fact]
    public void A_loss_within_a_batch_that_is_not_settled_is_counted_once()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(48, BroadcastDelivery.Lossy));
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        int written = 0;
        void Write(long messages)
        {
            for (long i = 0; i < messages; i++, written++)
                Assert.True(writer.TryWrite([(byte)written]));
        }

        Write(3);
        // Two laps while the first message is being handled, so that the batch goes on behind a loss.
        int handled = 0;
        long lostInBatch = 0;
        MessageHandler<int> handler = (in Message message, int _) =>
        {
            lostInBatch += message.LostBefore;
            if (handled++ == 0)
                Write(2 * Slots(region));
        };
        Assert.Equal(0, reader.TryReadBatch(handler, static (_, _) => 0, 0, 3));
        Assert.True(lostInBatch > 0);
        Assert.Equal(0, reader.MessagesLost);
        long told = 0;
        int read = 0;
        while (reader.TryRead(out Message message))
        {
            using (message)
                told += message.LostBefore;
            read++;
        }

        Assert.Equal(written, read + told);
        Assert.Equal(told, reader.MessagesLost);
    }

    [Fact]
    public void A_damaged_record_behind_an_open_batch_is_left_to_the_next_read()
    {
        using BroadcastStage stage = new();
        var writer = stage.Writer(out _);
        var reader = stage.Reader(out MpmcRow row);
        Assert.True(writer.TryWrite([1], 1));
        Assert.True(writer.TryWrite([2], 2));
        Assert.True(writer.TryWrite([3], 3));
        *(long*)stage.Map.Slots.RecordAt(1) = MpmcLayout.EncodeRecord(300, 2);
        byte[] buffer = [];
        Assert.True(reader.TryPeek(ref buffer, out _));
        reader.OpenBatch();
        reader.Pass();
        Assert.False(reader.TryPeek(ref buffer, out _));
        Assert.Equal(RowLayout.PackCursor(0), *row.Cursor);
        reader.CloseBatch();
        Assert.Equal(RowLayout.PackCursor(1), *row.Cursor);
        _ = Assert.Throws<RingCorruptException>(() => reader.TryPeek(ref buffer, out _));
        Assert.Equal([3], BroadcastStage.Drain(ref reader));
    }

    [Fact]
    public void Values_before_a_word_that_makes_no_sense_are_returned_before_it_is_reported()
    {
        using TestRegion region = new();
        using BroadcastRing<long> ring = BroadcastRing<long>.Create(region, Options(0));
        using BroadcastWriter<long> writer = ring.AttachWriter();
        using BroadcastReader<long> reader = ring.AttachReader();
        for (int i = 0; i < 3; i++)
            Assert.True(writer.TryWrite(i));
        RingRegion raw = Raw(region, sizeof(long));
        *new BroadcastMap(raw.Base, raw.Header.Geometry).Slots.WordAt(2) |= 7;
        raw.ReleaseReference();
        long[] values = new long[5];
        Assert.Equal(2, reader.TryReadBatch(values));
        Assert.Equal([0, 1], values[..2]);
        _ = Assert.Throws<RingCorruptException>(() => reader.TryReadBatch(values));
    }

    private static long Slots(TestRegion region)
    {
        RingRegion raw = Raw(region);
        long slots = raw.Header.Geometry.CapacityBytes / raw.Header.Geometry.GranuleBytes;
        raw.ReleaseReference();
        return slots;
    }

    private static RingRegion Raw(TestRegion region, long fixedMessageBytes = 0) =>
        new(new RegionRequest(region.Name, RegionMode.Open, new RingOptions(), RingKind.Broadcast, fixedMessageBytes));

    private static RingOptions Options(int maxMessageBytes, BroadcastDelivery delivery = BroadcastDelivery.Reliable) =>
        new() { CapacityBytes = 1024, MaxMessageBytes = maxMessageBytes, Delivery = delivery };
}
