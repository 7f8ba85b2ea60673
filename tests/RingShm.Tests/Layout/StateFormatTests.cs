using RingShm.Layout;

namespace RingShm.Tests.Layout;

/// <summary>What docs/FORMAT.md says of state cells, beyond offsets and constants, is what the code computes.</summary>
public sealed unsafe class StateFormatTests
{
    [Fact]
    public void The_documented_state_geometries_are_the_computed_ones()
    {
        List<string[]> rows = FormatDocumentTests.Table("Identity page", "Longest value asked");
        Assert.True(rows.Count >= 5);
        foreach (long[] row in rows.Select(row => row.Select(FormatDocumentTests.Number).ToArray()))
        {
            RingGeometry geometry = RingGeometry.ForState(row[0], row[1], (int)row[2], 0);
            Assert.Equal(
                [
                    geometry.MaxMessageBytes, geometry.GranuleBytes, geometry.GranuleCount, geometry.WordsOffset, geometry.DataOffset,
                    geometry.CapacityBytes, geometry.TotalBytes,
                ],
                row[3..]);
            Assert.Equal((0x1000L, 0x2000L, row[2] + 2), (geometry.ControlOffset, geometry.RowsOffset, geometry.RowCount));
        }
    }

    [Fact]
    public void The_documented_current_words_are_the_encoded_ones()
    {
        List<string[]> rows = FormatDocumentTests.Table("State buffers", "Version");
        Assert.True(rows.Count >= 4);
        foreach (long[] row in rows.Select(row => row.Select(FormatDocumentTests.Number).ToArray()))
        {
            Assert.Equal(row[2], StateWord.Current(row[0], (int)row[1]));
            Assert.Equal((row[0], (int)row[1]), (StateWord.VersionOf(row[2]), StateWord.BufferOf(row[2])));
        }
    }

    [Fact]
    public void The_documented_pin_states_are_the_coded_ones() => Assert.Equal(
        Enum.GetValues<PinState>().Select(state => ($"{state}", (long)state)),
        FormatDocumentTests.Table("State rows", "Pin state").Select(row => (row[0], FormatDocumentTests.Number(row[1]))));

    [Theory]
    [InlineData(0L, 0)]
    [InlineData(1L, 5)]
    [InlineData((1L << 48) - 1, 8193)]
    public void A_pin_gives_back_its_turn_and_its_buffer(long turn, int buffer)
    {
        long pinned = StateWord.Pinned(turn, buffer);
        Assert.Equal((turn, buffer, PinState.Pinned), (StateWord.TurnOf(pinned), StateWord.PinnedBufferOf(pinned), StateWord.StateOf(pinned)));
        Assert.Equal((turn, PinState.Choosing), (StateWord.TurnOf(StateWord.Choosing(turn)), StateWord.StateOf(StateWord.Choosing(turn))));
        Assert.Equal((turn, PinState.Idle), (StateWord.TurnOf(StateWord.Idle(turn)), StateWord.StateOf(StateWord.Idle(turn))));
    }

    [Fact]
    public void The_largest_cell_has_an_index_for_every_buffer_and_a_number_for_every_row()
    {
        const int Rows = StateLayout.MaxRows;
        Assert.True(Rows + StateLayout.SpareBuffers - 1 <= StateWord.BufferMask);
        RingGeometry geometry = RingGeometry.ForState(1, 0, Rows - StateLayout.FirstSharedRow, 0);
        Assert.Equal((Rows, Rows + 2L), (geometry.RowCount, geometry.GranuleCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForState(1, 0, Rows - StateLayout.FirstSharedRow + 1, 0));
    }

    [Fact]
    public void Words_of_different_writers_and_all_buffers_lie_in_blocks_of_their_own()
    {
        RingGeometry geometry = RingGeometry.ForState(100, 0, 3, 0);
        Assert.NotEqual(StateLayout.CurrentOffset / 128, StateLayout.RowsSweptOffset / 128);
        Assert.Equal(0, geometry.GranuleBytes % 128);
        Assert.Equal(0, geometry.DataOffset % 4096);
        Assert.True(geometry.WordsOffset >= geometry.RowsOffset + (geometry.RowCount * 128));
        Assert.True(geometry.DataOffset >= geometry.WordsOffset + (8 * geometry.GranuleCount));
        Assert.True(geometry.TotalBytes >= geometry.DataOffset + (geometry.GranuleBytes * geometry.GranuleCount));
        // The last value must not reach the next buffer.
        Assert.True(StateBufferLayout.PayloadOffset + geometry.MaxMessageBytes <= geometry.GranuleBytes);
        Assert.All(
            new[] { StateBufferLayout.VersionOffset, StateBufferLayout.LengthOffset, StateBufferLayout.SourceOffset, StateBufferLayout.PayloadOffset, StateRowLayout.PinOffset },
            offset => Assert.Equal(0, offset % 8));
    }

    [Fact]
    public void The_map_points_where_the_layout_says()
    {
        RingGeometry geometry = RingGeometry.ForState(200, 0, 3, 0);
        using NativeRegion region = new(geometry);
        StateMap map = new(region.Base, geometry);
        Assert.True((byte*)map.Current == region.Base + 0x1000);
        Assert.True((byte*)map.RowsSwept == region.Base + 0x1080);
        Assert.True((byte*)map.Row(4).Pin == region.Base + 0x2000 + (4 * 128) + 0x40);
        Assert.True((byte*)map.OwnerOf(6) == region.Base + geometry.WordsOffset + (6 * 8));
        Assert.True(map.Buffer(6).Payload == region.Base + geometry.DataOffset + (6 * 256) + 0x20);
        Assert.Equal((7, 5, 200), (map.BufferCount, map.RowCount, map.MaxValueBytes));
    }
}
