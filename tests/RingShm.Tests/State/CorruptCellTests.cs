using RingShm.Layout;
using RingShm.Memory;
using RingShm.State;

namespace RingShm.Tests.State;

/// <summary>Whatever the words say: a named failure, no access outside of the cell, no endless loop.</summary>
public sealed unsafe class CorruptCellTests
{
    [Fact]
    public void A_buffer_that_does_not_exist_is_named()
    {
        using StateStage stage = new();
        StateReaderCore<DirectMemory> reader = stage.Reader(1);
        *stage.Map.Current = StateWord.Current(5, stage.Map.BufferCount);
        Assert.Contains("current word", Assert.Throws<RingCorruptException>(() => StateStage.ReadAll(ref reader, out _)).Message, StringComparison.Ordinal);
        Assert.Throws<RingCorruptException>(() => reader.TryRead(out long _, out _));
        Assert.Throws<RingCorruptException>(() => reader.HasNews(0, 1));
        Assert.Throws<RingCorruptException>(() => reader.TryReadPinned(new byte[9], out _));
        Assert.Equal(PinState.Idle, StateWord.StateOf(*stage.Map.Row(1).Pin));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(StateStage.MaxValueBytes + 1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(1L << 32)]
    public void A_length_that_no_value_has_is_named(long length)
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        StateReaderCore<DirectMemory> reader = stage.Reader(1);
        writer.Write("x"u8);
        *stage.Map.Buffer(stage.Current).Length = length;
        Assert.Contains($"length is 0x{length:X}", Assert.Throws<RingCorruptException>(() => StateStage.ReadAll(ref reader, out _)).Message, StringComparison.Ordinal);
        Assert.Throws<RingCorruptException>(() => reader.TryReadPinned(new byte[200], out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public void A_version_that_is_not_its_buffers_is_named_after_a_bounded_number_of_copies(long version)
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        StateReaderCore<DirectMemory> reader = stage.Reader(1);
        writer.Write("x"u8);
        *stage.Map.Buffer(stage.Current).Version = version;
        Assert.Contains("pinned buffer", Assert.Throws<RingCorruptException>(() => StateStage.ReadAll(ref reader, out _)).Message, StringComparison.Ordinal);
        // A waiting handle looks exactly when this says that there may be news, and then is told.
        Assert.True(reader.HasNews(0, 77));
        Assert.Throws<RingCorruptException>(() => reader.Look());
        Assert.Equal(PinState.Idle, StateWord.StateOf(*stage.Map.Row(1).Pin));
    }

    [Fact]
    public void A_cell_whose_buffers_all_seem_claimed_is_named_and_ends_the_search()
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        for (int buffer = 0; buffer < stage.Map.BufferCount; buffer++)
            *stage.Map.OwnerOf(buffer) = -1 - buffer;
        Assert.Contains("table of owners", Assert.Throws<RingCorruptException>(() => writer.Write("x"u8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_gives_its_buffer_back_when_all_pins_are_hostile()
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        for (int row = 1; row < stage.Map.RowCount; row++)
            *stage.Map.Row(row).Pin = -1L << (row & 1);
        Assert.Equal(1, writer.Write("x"u8));
        Assert.Equal(0, stage.Claimed);
    }

    [Fact]
    public void The_last_version_is_not_passed()
    {
        using StateStage stage = new();
        StateWriterCore<DirectMemory> writer = stage.Writer(0);
        *stage.Map.Current = StateWord.Current(StateWord.MaxVersion - 1, 0);
        Assert.Equal(StateWord.MaxVersion, writer.Write("last"u8));
        Assert.Contains("version", Assert.Throws<RingCorruptException>(() => writer.Write("x"u8)).Message, StringComparison.Ordinal);
        Assert.Throws<RingCorruptException>(() => writer.TryUpdate(StateWord.MaxVersion, "x"u8, out _));
        Assert.Equal(0, stage.Claimed);
        StateReaderCore<DirectMemory> reader = stage.Reader(1);
        Assert.Equal("last"u8, StateStage.ReadAll(ref reader, out _));
    }

    [Fact]
    public void Random_words_end_in_a_value_or_in_a_named_failure()
    {
        Random random = new(4711);
        for (int round = 0; round < 3000; round++)
        {
            using StateStage stage = new();
            StateWriterCore<DirectMemory> writer = stage.Writer(0);
            StateReaderCore<DirectMemory> reader = stage.Reader(1);
            writer.Write("before"u8);
            long*[] words =
                [
                    stage.Map.Current, stage.Map.OwnerOf(random.Next(stage.Map.BufferCount)), stage.Map.Row(random.Next(stage.Map.RowCount)).Pin,
                    stage.Map.Buffer(stage.Current).Version, stage.Map.Buffer(stage.Current).Length, stage.Map.Buffer(stage.Current).Source,
                ];
            for (int change = 0; change < 3; change++)
                *words[random.Next(words.Length)] = random.Next(2) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.NextInt64(-2, 70000);
            Expect(() => StateStage.ReadAll(ref reader, out _));
            Expect(() => reader.TryReadPinned(new byte[30], out _));
            Expect(() => reader.HasNews(0, 1));
            Expect(() => writer.Write(new byte[StateStage.MaxValueBytes]));
            Expect(() => writer.TryUpdate(StateWord.VersionOf(*stage.Map.Current), "y"u8, out _));
            Expect(() => StateStage.ReadAll(ref reader, out _));
        }
    }

    private static void Expect(Action action)
    {
        Exception? thrown = Record.Exception(action);
        Assert.True(thrown is null or RingCorruptException, $"{thrown}");
    }
}
