using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Mpmc;

/// <summary>What becomes of what a dead producer had claimed, on the cores themselves.</summary>
public sealed unsafe class DeadProducerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public void Producer_killed_after_claim_delays_nobody_after_recovery(int claimedBytes)
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> dead = stage.Producer(out MpmcRow deadRow);
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> other = stage.Producer(out _);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.True(dead.TryClaim(claimedBytes, out OpenSlot claim));
        Assert.True(other.TryWrite("behind it"u8, 5));

        Assert.False(consumer.TryTake(out _));
        Assert.False(consumer.LookForTheDead(stage.Kernel));
        Assert.Equal(SlotState.Free, stage.State(claim.Position));

        stage.Kill(deadRow);
        // A claim whose length nobody knows is given up granule by granule.
        for (int i = 0; i < claim.Granules; i++)
        {
            Assert.False(consumer.TryTake(out _));
            Assert.True(consumer.LookForTheDead(stage.Kernel));
        }

        Assert.True(consumer.TryTake(out OpenSlot lease));
        Assert.True(consumer.TryRecordOf(lease, out MpmcRecord record));
        Assert.Equal((5, 9), (record.Type, record.LengthBytes));
        Assert.Equal(claim.Granules, *stage.Map.ClaimsRecovered);
        Assert.True(consumer.TryRelease(lease.Position));
        Assert.Equal(MpmcWord.Free(1), *stage.Map.WordAt(0));
    }

    [Fact]
    public void A_claim_that_stayed_open_is_given_up_whole()
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> dead = stage.Producer(out MpmcRow deadRow);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.True(dead.TryClaim(200, out _));
        Assert.True(dead.TryClaim(100, out _));
        Assert.True(dead.TryWrite("last"u8, 0));
        Assert.Equal(MpmcWord.Writing(0, 4, deadRow.Index), *stage.Map.WordAt(0));
        Assert.Equal(2, *deadRow.Marks);
        stage.Kill(deadRow);
        // The row is swept by way of the first, and so is the second.
        Assert.False(consumer.TryTake(out _));
        Assert.True(consumer.LookForTheDead(stage.Kernel));
        Assert.True(consumer.TryTake(out OpenSlot lease));
        Assert.Equal((6L, 2L), (lease.Position, *stage.Map.ClaimsRecovered));
    }

    [Fact]
    public void A_batch_is_read_as_far_as_it_was_published()
    {
        using MpmcStage stage = new(fixedMessageBytes: 8, maxMessageBytes: 0);
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> dead = stage.Producer(out MpmcRow deadRow);
        Assert.Equal(3, dead.TryWriteBatch<long>([1, 2, 3], 0));
        // As if it had died between the second and the third word.
        *stage.Map.WordAt(2) = MpmcWord.Free(0);
        stage.Kill(deadRow);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        long[] read = new long[9];
        Assert.Equal(2, consumer.TryReadBatch(read.AsSpan()));
        Assert.Equal([1, 2], read[..2]);
        Assert.Equal(0, consumer.TryReadBatch(read.AsSpan()));
        Assert.True(consumer.LookForTheDead(stage.Kernel));
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> next = stage.Producer(out _);
        Assert.True(next.TryWrite(4L, 0));
        Assert.True(consumer.TryRead(out long value));
        Assert.Equal(4, value);
    }

    /// <summary>The corner: a live row that may own the claim protects it, whoever else that may own it is dead.</summary>
    [Fact]
    public void A_claim_that_a_live_row_may_own_is_left_alone()
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> dead = stage.Producer(out MpmcRow deadRow);
        stage.Producer(out MpmcRow loser);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.True(dead.TryClaim(10, out _));
        MpmcStage.Intend(loser, 0, 1);
        stage.Kill(deadRow);
        Assert.False(consumer.LookForTheDead(stage.Kernel));
        Assert.False(MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, deadRow, self: 4712));
        Assert.Equal(SlotState.Free, stage.State(0));
        // It runs again, and finds that it lost.
        MpmcStage.Intend(loser, 1, 1);
        Assert.True(consumer.LookForTheDead(stage.Kernel));
        Assert.Equal(SlotState.Skip, stage.State(0));
    }

    [Fact]
    public void A_dead_loser_takes_nothing_from_a_live_winner()
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> winner = stage.Producer(out _);
        stage.Producer(out MpmcRow loser);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.True(winner.TryClaim(10, out OpenSlot claim));
        MpmcStage.Intend(loser, 0, 1);
        stage.Kill(loser);
        Assert.False(consumer.LookForTheDead(stage.Kernel));
        Assert.True(winner.TryCommit(claim.Position, 10, 1));
        // Now it has nothing left to wait for.
        Assert.True(MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, loser, self: 4712));
        Assert.Equal((0L, 1L), (*stage.Map.ClaimsRecovered, *stage.Map.RowsSwept));
        Assert.True(consumer.TryTake(out _));
    }

    [Fact]
    public void A_refused_producer_has_no_interval_that_could_make_it_a_suspect()
    {
        using MpmcStage stage = new(maxMessageBytes: 48);
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out MpmcRow row);
        while (producer.TryWrite([], 0))
        {
            // Until the ring is full.
        }

        Assert.Equal(*row.IntervalEnd, *row.IntervalStart);
        Assert.Equal(0, producer.Where.BlockedAt);
        Assert.False(producer.LookForTheDead(stage.Kernel));
        Assert.Empty(stage.Kernel.Asked);
    }

    [Fact]
    public void A_sweep_gives_up_every_claim_of_the_dead_and_frees_its_row()
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> dead = stage.Producer(out MpmcRow deadRow);
        Assert.True(dead.TryClaim(100, out _));
        Assert.True(dead.TryWrite("published"u8, 3));
        Assert.True(dead.TryClaim(300, out _));
        stage.Kill(deadRow);
        long owner = *deadRow.Owner;
        Assert.True(MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, deadRow, self: 4712));
        Assert.Equal((RowLayout.FreeOwner, 1L, 6L), (*deadRow.Owner, *stage.Map.RowsSwept, *stage.Map.ClaimsRecovered));
        // A second time there is nothing to do.
        Assert.True(MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, deadRow, self: 4712));
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.True(consumer.TryTake(out OpenSlot lease));
        Assert.True(consumer.TryRecordOf(lease, out MpmcRecord record));
        Assert.Equal(3, record.Type);
        consumer.TryRelease(lease.Position);
        Assert.False(consumer.TryTake(out _));
        Assert.Equal(*stage.Map.ProducerPosition, *stage.Map.ConsumerPosition);
    }

    [Fact]
    public void A_marked_claim_of_a_live_owner_is_nobody_elses_to_mend()
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> first = stage.Producer(out MpmcRow row);
        Assert.True(first.TryClaim(10, out _));
        Assert.True(first.TryWrite([], 0));
        // Somebody else is dead, not the row's owner.
        stage.Kernel.Dead.Add(4711);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.False(consumer.LookForTheDead(stage.Kernel));
        Assert.False(MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, row, self: 4712));
        Assert.Equal(SlotState.Writing, stage.State(0));
    }
}
