using RingShm.Broadcast;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Broadcast;

/// <summary>What dead readers and writers leave, and who clears it away.</summary>
public sealed unsafe class DeadTests
{
    private const int EvictsFlag = 16;

    [Theory]
    [InlineData(48)]
    [InlineData(300)]
    public void A_dead_reader_holds_writers_until_the_kernel_says_that_it_is_dead(int max)
    {
        using BroadcastStage stage = new(maxMessageBytes: max);
        var reader = stage.Reader(out MpmcRow slow);
        var writer = stage.Writer(out _);
        int written = Fill(ref writer);
        Assert.Equal(stage.Map.Slots.GranuleCount, written);
        Assert.Equal(slow.Index, writer.Where.SlowRow);
        Assert.False(writer.LookForTheDead(stage.Kernel));
        Assert.False(writer.TryWrite([], 99));
        Assert.Equal([slow.Index], stage.Kernel.Asked.Distinct());
        stage.Kill(slow);
        Assert.True(writer.LookForTheDead(stage.Kernel));
        Assert.True(writer.TryWrite([], 99));
        Assert.Equal((RowLayout.FreeOwner, RowLayout.NoCursor), (*slow.Owner, *slow.Cursor));
        Assert.Equal(1, *stage.Map.Slots.RowsSwept);
        Assert.Equal(0, reader.Position);
    }

    [Theory]
    [InlineData(48, 1)]
    [InlineData(300, 1)]
    [InlineData(300, 3)]
    public void A_dead_writers_claim_is_passed_over_in_every_lap(int max, int granules)
    {
        using BroadcastStage stage = new(maxMessageBytes: max);
        var reader = stage.Reader(out MpmcRow readerRow);
        var writer = stage.Writer(out _);
        for (int lap = 0; lap < 40; lap++)
        {
            var gone = stage.Writer(out MpmcRow row);
            Assert.True(gone.TryWrite([1], 1));
            Assert.True(gone.TryClaim(granules == 1 ? 1 : 150, out _));
            Assert.True(writer.TryWrite([2], 2));
            Assert.Equal([1], BroadcastStage.Drain(ref reader));
            Assert.False(reader.LookForTheDead(stage.Kernel));
            stage.Kill(row);
            List<int> types = [];
            while (reader.LookForTheDead(stage.Kernel))
                types.AddRange(BroadcastStage.Drain(ref reader));
            Assert.Equal([2], types);
            Assert.True(BroadcastRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, row, *readerRow.Owner));
        }

        Assert.Equal(40 * granules, *stage.Map.Slots.ClaimsRecovered);
    }

    [Fact]
    public void A_dead_writers_marked_claims_go_with_its_row()
    {
        using BroadcastStage stage = new();
        var reader = stage.Reader(out _);
        var gone = stage.Writer(out MpmcRow row);
        Assert.True(gone.TryClaim(150, out _));
        Assert.True(gone.TryClaim(10, out _));
        Assert.True(gone.TryClaim(10, out OpenSlot last));
        Assert.True(gone.TryCommit(last.Position, 10, 7));
        stage.Kill(row);
        Assert.Empty(BroadcastStage.Drain(ref reader));
        Assert.True(reader.LookForTheDead(stage.Kernel));
        Assert.Equal([7], BroadcastStage.Drain(ref reader));
        Assert.Equal(RowLayout.FreeOwner, *row.Owner);
    }

    [Fact]
    public void A_writer_that_comes_round_to_a_dead_ones_claim_clears_it_without_any_reader()
    {
        using BroadcastStage stage = new(flags: 8);
        var gone = stage.Writer(out MpmcRow row);
        Assert.True(gone.TryClaim(10, out _));
        var writer = stage.Writer(out _);
        Assert.Equal(stage.Map.Slots.GranuleCount - 1, Fill(ref writer));
        Assert.False(writer.LookForTheDead(stage.Kernel));
        stage.Kill(row);
        Assert.True(writer.LookForTheDead(stage.Kernel));
        Assert.True(writer.TryWrite([], 99));
    }

    [Fact]
    public void A_slow_reader_is_evicted_once_and_told()
    {
        using BroadcastStage stage = new(maxMessageBytes: 48, flags: EvictsFlag);
        var slow = stage.Reader(out MpmcRow slowRow);
        var quick = stage.Reader(out MpmcRow quickRow);
        var writer = stage.Writer(out _);
        for (int i = 0; i < 50; i++)
        {
            Assert.True(writer.TryWrite([], i));
            Assert.Equal([i], BroadcastStage.Drain(ref quick));
        }

        Assert.Equal((1L, 1L, 0L), (*stage.Map.ReadersEvicted, *slowRow.Evicted, *quickRow.Evicted));
        byte[] buffer = [];
        ReaderEvictedException told = Assert.Throws<ReaderEvictedException>(() => slow.TryPeek(ref buffer, out _));
        Assert.Equal(0, told.Position);
    }

    [Fact]
    public void A_step_that_was_left_half_done_is_finished_by_whoever_comes()
    {
        using BroadcastStage stage = new(maxMessageBytes: 48, flags: 8);
        var writer = stage.Writer(out _);
        Assert.Equal(16, FillTo(ref writer, 16));
        // As if another had decided to give up three, and died.
        *stage.Map.RetainedPosition(1) = 3;
        Assert.True(writer.TryWrite([], 16));
        Assert.Equal((1L, 3L, 3L), (*stage.Map.RetainedStep, *stage.Map.RetainedPosition(1), *stage.Map.RetainedMessages(1)));
        // As if it had counted as well.
        *stage.Map.RetainedPosition(2) = 5;
        *stage.Map.RetainedMessages(2) = 5;
        Assert.Equal(3, FillTo(ref writer, 3));
        Assert.Equal((2L, 5L), (*stage.Map.RetainedStep, *stage.Map.RetainedPosition(2)));
    }

    [Theory]
    [InlineData(ReaderResume.Oldest)]
    [InlineData(ReaderResume.Newest)]
    public void Given_up_claims_are_not_counted_as_lost(ReaderResume resume)
    {
        using BroadcastStage stage = new(flags: 8);
        var reader = stage.Reader(out _, resume: resume);
        var writer = stage.Writer(out _);
        int committed = 0;
        for (int i = 0; i < 200; i++)
        {
            Assert.True(writer.TryClaim(i * 7 % 300, out OpenSlot claim));
            if (i % 3 == 0)
                writer.TryAbort(claim.Position);
            else
                writer.TryCommit(claim.Position, i * 5 % 200 % (1 + (i * 7 % 300)), committed++);
        }

        List<int> read = BroadcastStage.Drain(ref reader);
        Assert.Equal(committed, reader.MessagesLost + read.Count);
        Assert.Equal(Enumerable.Range(committed - read.Count, read.Count), read);
        Assert.True(resume == ReaderResume.Oldest || read.Count == 1);
    }

    private static int Fill(ref MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> writer) => FillTo(ref writer, int.MaxValue);

    private static int FillTo(ref MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> writer, int most)
    {
        int written = 0;
        while (written < most && writer.TryWrite([], written))
            written++;
        return written;
    }
}
