using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Mpmc;

/// <summary>What becomes of what a dead consumer had taken, on the cores themselves.</summary>
public sealed unsafe class DeadConsumerTests
{
    [Theory]
    [InlineData(48)]
    [InlineData(300)]
    public void What_a_dead_consumer_held_comes_again_flagged_and_once(long max)
    {
        using MpmcStage stage = new(maxMessageBytes: max);
        Write(stage, 5);
        MpmcConsumerCore<DirectMemory> dead = stage.Consumer(out MpmcRow deadRow);
        Assert.True(dead.TryTake(out OpenSlot first));
        Assert.True(dead.TryTake(out OpenSlot second));
        Assert.True(dead.TryTake(out _));
        Assert.True(dead.TryRelease(second.Position));
        Assert.Equal(SlotState.Reading, stage.State(first.Position));
        MpmcConsumerCore<DirectMemory> survivor = stage.Consumer(out MpmcRow row);
        Assert.Equal((false, 3), Take(ref survivor));
        survivor.LookForTheDead(stage.Kernel);
        Assert.Equal(0, *stage.Map.LeasesRecovered);
        stage.Kill(deadRow);
        Assert.True(survivor.LookForTheDead(stage.Kernel));
        Assert.Equal(2, *stage.Map.LeasesRecovered);
        Assert.Equal([(true, 0), (true, 2), (false, 4)], [Take(ref survivor), Take(ref survivor), Take(ref survivor)]);
        Assert.False(survivor.TryTake(out _));
        Assert.False(survivor.LookForTheDead(stage.Kernel));
        Assert.Equal((2L, 4L, 1L, RowLayout.FreeOwner), (*row.MessagesRedelivered, *row.MessagesRead, *stage.Map.RowsSwept, *deadRow.Owner));
    }

    [Fact]
    public void A_producer_that_comes_round_returns_what_it_meets()
    {
        using MpmcStage stage = new(maxMessageBytes: 48);
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
        MpmcConsumerCore<DirectMemory> dead = stage.Consumer(out MpmcRow deadRow);
        while (producer.TryWrite([], 0))
        {
            // Until the ring is full.
        }

        Assert.True(dead.TryTake(out _));
        Assert.False(producer.TryWrite([], 0));
        Assert.False(producer.LookForTheDead(stage.Kernel));
        stage.Kill(deadRow);
        Assert.True(producer.LookForTheDead(stage.Kernel));
        Assert.Equal(SlotState.Returned, stage.State(0));
        Assert.False(producer.TryWrite([], 0));
        MpmcConsumerCore<DirectMemory> survivor = stage.Consumer(out _);
        Assert.True(Take(ref survivor).Redelivered);
        Assert.True(producer.TryWrite([], 0));
    }

    [Fact]
    public void A_ring_that_drops_frees_and_counts()
    {
        using MpmcStage stage = new(flags: 4);
        Write(stage, 4, 150);
        MpmcConsumerCore<DirectMemory> dead = stage.Consumer(out MpmcRow deadRow);
        Assert.True(dead.TryTake(out _));
        Assert.True(dead.TryTake(out _));
        stage.Kill(deadRow);
        MpmcConsumerCore<DirectMemory> survivor = stage.Consumer(out _);
        Assert.True(survivor.LookForTheDead(stage.Kernel));
        Assert.Equal((2L, 0L), (*stage.Map.MessagesDropped, *stage.Map.LeasesRecovered));
        for (int i = 0; i < 6; i++)
            Assert.Equal(MpmcWord.Free(1), *stage.Map.WordAt(i));
        Assert.Equal([(false, 2), (false, 3)], [Take(ref survivor), Take(ref survivor)]);
        Assert.False(survivor.TryTake(out _));
    }

    [Fact]
    public void A_skip_that_a_dead_consumer_was_passing_is_freed()
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
        Assert.True(producer.TryClaim(200, out OpenSlot claim));
        Assert.True(producer.TryAbort(claim.Position));
        MpmcRow deadRow = stage.Attach(ParticipantRole.Consumer);
        MpmcStage.Intend(deadRow, 0, 4);
        *stage.Map.ConsumerPosition = 4;
        stage.Kill(deadRow);
        MpmcConsumerCore<DirectMemory> survivor = stage.Consumer(out _);
        Assert.True(survivor.LookForTheDead(stage.Kernel));
        for (int i = 0; i < 4; i++)
            Assert.Equal(MpmcWord.Free(1), *stage.Map.WordAt(i));
        Assert.Equal(0, *stage.Map.MessagesDropped);
    }

    /// <summary>Each word that a batch's end writes, as if the process had ended before it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_batch_whose_consumer_dies_while_it_settles_loses_nothing(int wordsWritten)
    {
        using MpmcStage stage = new(maxMessageBytes: 48);
        Write(stage, 4);
        MpmcConsumerCore<DirectMemory> dead = stage.Consumer(out MpmcRow deadRow);
        Assert.Equal(4, dead.TryTakeBatch(10, out _));
        // Two of four are settled: from the last to the first, the third and fourth return, the second and first are freed.
        for (int i = 3; i > 3 - wordsWritten; i--)
            *stage.Map.WordAt(i) = i >= 2 ? MpmcWord.Returned(0, 1) : MpmcWord.Free(1);
        stage.Kill(deadRow);
        MpmcConsumerCore<DirectMemory> survivor = stage.Consumer(out _);
        Assert.True(survivor.LookForTheDead(stage.Kernel));
        List<int> types = [];
        while (survivor.TryTake(out OpenSlot lease))
        {
            Assert.True(lease.IsRedelivered);
            Assert.True(survivor.TryRecordOf(lease, out MpmcRecord record));
            types.Add(record.Type);
            Assert.True(survivor.TryRelease(lease.Position));
        }

        Assert.Equal(Enumerable.Range(0, 4).Where(i => i != 1 || wordsWritten < 3), types.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_batch_returns_is_announced_before_its_first_word_changes(int settled)
    {
        // Publication order is a promise: between the two a survivor would find nothing held and nothing announced.
        using MpmcStage stage = new(maxMessageBytes: 48);
        Write(stage, 4);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.Equal(4, consumer.TryTakeBatch(10, out OpenSlot batch));
        long firstWord = *stage.Map.WordAt(0);
        MpmcConsumerCore<RecordingMemory> recorded = new(stage.Map, stage.Attach(ParticipantRole.Consumer));
        List<(nint Address, Edge Edge)> stores = RecordingMemory.Record(() => recorded.SettleBatch(batch, 4, settled));
        Assert.NotEqual(firstWord, *stage.Map.WordAt(0));
        int announced = stores.FindIndex(store => store.Address == (nint)stage.Map.Attention);
        Assert.InRange(announced, 0, stores.FindIndex(store => store.Address == (nint)stage.Map.WordAt(0)));
        // What is returned last is announced too.
        Assert.Equal(settled == 0, stores.FindLastIndex(store => store.Address == (nint)stage.Map.Attention) != announced);
    }

    [Fact]
    public void A_returned_message_is_announced_before_its_mark_goes()
    {
        using MpmcStage stage = new(maxMessageBytes: 48);
        Write(stage, 1);
        MpmcConsumerCore<DirectMemory> dead = stage.Consumer(out MpmcRow deadRow);
        Assert.True(dead.TryTake(out _));
        stage.Kill(deadRow);
        MpmcRow row = stage.Attach(ParticipantRole.Consumer);
        MpmcConsumerCore<RecordingMemory> recorded = new(stage.Map, row);
        Assert.True(recorded.LookForTheDead(stage.Kernel));
        Assert.Equal(1, recorded.TryTakeBatch(1, out OpenSlot batch));
        Assert.Equal(1, *row.Marks);
        List<(nint Address, Edge Edge)> stores = RecordingMemory.Record(() => recorded.SettleBatch(batch, 1, 0));
        Assert.Equal([Edge.M22, Edge.M19, Edge.M21], stores.Select(store => store.Edge));
        Assert.Equal(0, *row.Marks);
    }

    [Fact]
    public void A_ring_is_not_drained_while_anybody_may_give_something_back()
    {
        using MpmcStage stage = new();
        Write(stage, 2);
        *stage.Map.Completed = 1;
        MpmcConsumerCore<DirectMemory> holder = stage.Consumer(out MpmcRow holderRow);
        MpmcConsumerCore<DirectMemory> asker = stage.Consumer(out _);
        Assert.True(holder.TryTake(out OpenSlot first));
        Assert.False(asker.IsDrained());
        Assert.True(holder.TryTake(out OpenSlot second));
        Assert.False(asker.IsDrained());
        // One by its interval, one by its mark; its own do not count.
        Assert.True(holder.IsDrained());
        Assert.True(holder.TryRelease(second.Position));
        Assert.False(asker.IsDrained());
        stage.Kill(holderRow);
        Assert.False(asker.IsDrained());
        Assert.True(asker.LookForTheDead(stage.Kernel));
        Assert.False(asker.IsDrained());
        Assert.Equal(0, first.Position);
        Assert.Equal((true, 0), Take(ref asker));
        Assert.False(asker.TryTake(out _));
        Assert.True(asker.IsDrained());
    }

    [Fact]
    public void A_dead_consumers_position_that_nobody_passed_is_left_to_whoever_comes()
    {
        using MpmcStage stage = new();
        Write(stage, 1);
        MpmcRow deadRow = stage.Attach(ParticipantRole.Consumer);
        MpmcStage.Intend(deadRow, 0, 1);
        stage.Kill(deadRow);
        Assert.True(MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, deadRow, self: 4712));
        MpmcConsumerCore<DirectMemory> survivor = stage.Consumer(out _);
        Assert.Equal((false, 0), Take(ref survivor));
        Assert.Equal(0, *stage.Map.LeasesRecovered);
    }

    private static void Write(MpmcStage stage, int messages, int bytes = 4)
    {
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out MpmcRow row);
        for (int i = 0; i < messages; i++)
            Assert.True(producer.TryWrite(new byte[bytes], i));
        MpmcStage.Leave(row);
    }

    private static (bool Redelivered, int Type) Take(ref MpmcConsumerCore<DirectMemory> consumer)
    {
        Assert.True(consumer.TryTake(out OpenSlot lease));
        Assert.True(consumer.TryRecordOf(lease, out MpmcRecord record));
        Assert.True(consumer.TryRelease(lease.Position));
        return (lease.IsRedelivered, record.Type);
    }
}
