using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Mpmc;

/// <summary>The order of the stores, which the invariants rest on: interval, position, payload, word.</summary>
public sealed unsafe class StoreOrderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_write_announces_then_claims_then_fills_then_publishes(int flags)
    {
        using MpmcStage stage = new(flags: flags);
        MpmcRow row = stage.Attach(ParticipantRole.Producer);
        MpmcProducerCore<RecordingMemory, FreedWords<RecordingMemory>> producer = new(stage.Map, row);
        AssertStores(
            RecordingMemory.Record(() => producer.TryWrite("payload"u8, 1)),
            ((nint)row.IntervalEnd, Edge.M2), ((nint)row.IntervalStart, Edge.M2), ((nint)stage.Map.ProducerPosition, Edge.M3),
            ((nint)stage.Map.RecordAt(0), Edge.M5), ((nint)stage.Map.PayloadAt(0), Edge.M5),
            ((nint)stage.Map.WordAt(0), Edge.M6), ((nint)row.MessagesWritten, Edge.M20));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_read_announces_then_takes_and_frees_the_first_word_last(int flags)
    {
        using MpmcStage stage = new(flags: flags);
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
        Assert.True(producer.TryWrite(new byte[100], 1));
        MpmcRow row = stage.Attach(ParticipantRole.Consumer);
        MpmcConsumerCore<RecordingMemory> consumer = new(stage.Map, row);
        AssertStores(
            RecordingMemory.Record(() => consumer.TryTake(out _)),
            ((nint)row.IntervalEnd, Edge.M2), ((nint)row.IntervalStart, Edge.M2), ((nint)stage.Map.ConsumerPosition, Edge.M10));
        AssertStores(
            RecordingMemory.Record(() => consumer.TryRelease(0)),
            ((nint)stage.Map.WordAt(1), Edge.M12), ((nint)stage.Map.WordAt(0), Edge.M13), ((nint)row.MessagesRead, Edge.M20));
    }

    [Fact]
    public void What_stays_open_is_counted_then_marked_then_left_by_the_interval()
    {
        using MpmcStage stage = new();
        MpmcRow producerRow = stage.Attach(ParticipantRole.Producer);
        MpmcProducerCore<RecordingMemory, FreedWords<RecordingMemory>> producer = new(stage.Map, producerRow);
        Assert.True(producer.TryClaim(10, out OpenSlot claim));
        Assert.Equal(
            [(nint)producerRow.Marks, (nint)stage.Map.WordAt(0), (nint)producerRow.IntervalEnd, (nint)producerRow.IntervalStart],
            RecordingMemory.Record(() => producer.TryWrite([], 0)).Take(4).Select(store => store.Address));
        // The word goes before the count: a count is never less than the marks.
        AssertStores(
            RecordingMemory.Record(() => producer.TryCommit(claim.Position, 0, 0)),
            ((nint)stage.Map.RecordAt(0), Edge.M5), ((nint)stage.Map.WordAt(0), Edge.M6), ((nint)producerRow.MessagesWritten, Edge.M20), ((nint)producerRow.Marks, Edge.M21));

        MpmcRow row = stage.Attach(ParticipantRole.Consumer);
        MpmcConsumerCore<RecordingMemory> consumer = new(stage.Map, row);
        Assert.True(consumer.TryTake(out _));
        Assert.Equal(
            [(nint)row.Marks, (nint)stage.Map.WordAt(0), (nint)row.IntervalEnd, (nint)row.IntervalStart],
            RecordingMemory.Record(() => consumer.TryTake(out _)).Take(4).Select(store => store.Address));
        AssertStores(
            RecordingMemory.Record(() => consumer.TryRelease(0)),
            ((nint)stage.Map.WordAt(0), Edge.M13), ((nint)row.Marks, Edge.M21), ((nint)row.MessagesRead, Edge.M20));
    }

    [Fact]
    public void An_interval_is_emptied_by_its_start_alone()
    {
        using MpmcStage stage = new(maxMessageBytes: 48);
        MpmcRow row = stage.Attach(ParticipantRole.Consumer);
        MpmcConsumerCore<RecordingMemory> consumer = new(stage.Map, row);
        MpmcRow producerRow = stage.Attach(ParticipantRole.Producer);
        MpmcProducerCore<RecordingMemory, FreedWords<RecordingMemory>> producer = new(stage.Map, producerRow);
        while (producer.TryWrite([], 0))
        {
            // Until the ring is full.
        }

        Assert.True(consumer.TryTake(out _));
        // A plain store of the end could be seen before the release of the word that it follows.
        AssertStores(RecordingMemory.Record(() => producer.TryWrite([], 0)), ((nint)producerRow.IntervalStart, Edge.M2));
        while (consumer.TryTake(out _))
        {
            // Until the ring is empty.
        }

        AssertStores(RecordingMemory.Record(() => consumer.TryTake(out _)), ((nint)row.IntervalStart, Edge.M2));
        Assert.Equal(*row.IntervalEnd, *row.IntervalStart);
    }

    [Fact]
    public void A_batch_publishes_in_order_and_settles_from_the_last_to_the_first()
    {
        using MpmcStage stage = new(maxMessageBytes: 0, fixedMessageBytes: 8);
        MpmcRow row = stage.Attach(ParticipantRole.Producer);
        MpmcProducerCore<RecordingMemory, FreedWords<RecordingMemory>> producer = new(stage.Map, row);
        List<(nint Address, Edge Edge)> stores = RecordingMemory.Record(() => producer.TryWriteBatch<long>([1, 2, 3], 0));
        Assert.Equal(
            [(nint)stage.Map.WordAt(0), (nint)stage.Map.WordAt(1), (nint)stage.Map.WordAt(2)],
            stores.Where(store => store.Edge == Edge.M6).Select(store => store.Address));
        MpmcConsumerCore<RecordingMemory> consumer = new(stage.Map, stage.Attach(ParticipantRole.Consumer));
        stores = RecordingMemory.Record(() => consumer.TryReadBatch(new long[3].AsSpan()));
        Assert.Equal(
            [(nint)stage.Map.WordAt(2), (nint)stage.Map.WordAt(1), (nint)stage.Map.WordAt(0)],
            stores.Where(store => store.Edge == Edge.M13).Select(store => store.Address));
    }

    private static void AssertStores(List<(nint Address, Edge Edge)> stores, params (nint Address, Edge Edge)[] expected) =>
        Assert.Equal(expected, stores);
}
