using RingShm.Layout;
using RingShm.Memory;
using RingShm.State;

namespace RingShm.Tests.State;

/// <summary>What the dead hold keeps nobody from reading or writing, and comes back when the kernel has confirmed the death.</summary>
public sealed unsafe class DeadTests
{
    [Fact]
    public void Writers_find_a_buffer_though_every_other_row_keeps_one()
    {
        using StateStage stage = new(participants: 3);
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        writer.Write("0"u8);
        // Rows 1 and 2 stopped with a claim, 3 and 4 with a pin, each on another buffer.
        int buffer = 0;
        for (int row = 1; row < stage.Map.RowCount; row++, buffer++)
        {
            if (buffer == stage.Current)
                buffer++;
            stage.Enter(row);
            if (row < 3)
                *stage.Map.OwnerOf(buffer) = row + 1;
            else
                *stage.Map.Row(row).Pin = StateWord.Pinned(1, buffer);
        }

        for (int i = 2; i < 100; i++)
            Assert.Equal(i, writer.Write([(byte)i]));
        Assert.Equal(2, stage.Claimed);
        // Nobody asked the kernel anything.
        Assert.Empty(stage.Kernel.Asked);
    }

    [Fact]
    public void A_pinned_buffer_is_not_written()
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        writer.Write("kept"u8);
        int kept = stage.Current;
        *stage.Enter(3, ParticipantRole.Consumer).Pin = StateWord.Pinned(1, kept);
        for (int i = 0; i < 100; i++)
        {
            writer.Write([(byte)i]);
            Assert.NotEqual(kept, stage.Current);
        }

        Assert.Equal("kept"u8, new ReadOnlySpan<byte>(stage.Map.Buffer(kept).Payload, 4));
    }

    [Fact]
    public void Who_is_choosing_gets_the_value_that_is_current_and_keeps_it()
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        writer.Write("kept"u8);
        StateRow reader = stage.Enter(3, ParticipantRole.Consumer);
        *reader.Pin = StateWord.Choosing(9);
        int kept = stage.Current;
        writer.Write("new"u8);
        Assert.Equal(StateWord.Pinned(9, kept), *reader.Pin);
        for (int i = 0; i < 20; i++)
            writer.Write("x"u8);
        Assert.Equal("kept"u8, new ReadOnlySpan<byte>(stage.Map.Buffer(kept).Payload, 4));
    }

    [Fact]
    public void The_next_owner_of_a_dead_ones_row_gives_back_what_it_held()
    {
        using StateStage stage = new();
        StateRow dead = stage.Enter(2);
        *stage.Map.OwnerOf(4) = 3;
        *dead.Pin = StateWord.Pinned(77, 1);
        stage.Kill(2);
        StateRow next = stage.Enter(2);
        Assert.Equal(0, stage.Claimed);
        // With its turn kept: a helper that is still on its way must find another one.
        Assert.Equal(StateWord.Idle(77), *next.Pin);
        Assert.Equal(1, *stage.Map.RowsSwept);
    }

    [Fact]
    public void A_sweep_frees_the_row_of_the_dead_and_no_row_of_the_living()
    {
        using StateStage stage = new();
        stage.Enter(2);
        *stage.Map.OwnerOf(4) = 3;
        Assert.False(StateEntry<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, 2, 5));
        Assert.Equal(1, stage.Claimed);
        stage.Kill(2);
        Assert.True(StateEntry<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, 2, 5));
        Assert.Equal((0, RowLayout.FreeOwner), (stage.Claimed, *stage.Map.Row(2).Owner));
    }

    [Fact]
    public void A_writer_that_died_in_the_middle_leaves_the_previous_value()
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        StateReaderCore<DirectMemory> reader = stage.Reader(1);
        writer.Write("whole"u8);
        // Half-written, and claimed for ever.
        StateBuffer torn = stage.Map.Buffer((stage.Current + 1) % stage.Map.BufferCount);
        *stage.Map.OwnerOf((stage.Current + 1) % stage.Map.BufferCount) = 4;
        *torn.Version = 0;
        *torn.Length = 3;
        Assert.Equal("whole"u8, StateStage.ReadAll(ref reader, out long version));
        Assert.Equal(1, version);
    }

    [Fact]
    public void Stores_are_made_in_the_order_that_the_proof_rests_on()
    {
        using StateStage stage = new();
        StateRow row = stage.Enter(0);
        StateWriterCore<RecordingMemory> writer = new(stage.Map, row, 9);
        List<(nint Address, Edge Edge)> stores = RecordingMemory.Record(() => writer.Write("abc"u8));
        int buffer = stage.Current;
        StateBuffer written = stage.Map.Buffer(buffer);
        Assert.Equal(
            [
                ((nint)stage.Map.OwnerOf(buffer), Edge.V9), ((nint)written.Version, Edge.V14), ((nint)written.Length, Edge.V16),
                ((nint)written.Source, Edge.V16), ((nint)written.Payload, Edge.V16), ((nint)written.Version, Edge.V17),
                ((nint)stage.Map.Current, Edge.V18), ((nint)stage.Map.OwnerOf(buffer), Edge.V10),
            ],
            stores);
        StateReaderCore<RecordingMemory> reader = new(stage.Map, row);
        byte[] room = new byte[8];
        Assert.Empty(RecordingMemory.Record(() => reader.TryRead(room, out _)));
        Assert.Equal(
            [((nint)row.Pin, Edge.V5), ((nint)row.Pin, Edge.V7), ((nint)row.Pin, Edge.V8)],
            RecordingMemory.Record(() => Assert.True(reader.TryReadPinned(room, out _))));
    }
}
