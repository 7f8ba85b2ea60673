using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed unsafe class MpmcMapTests
{
    public static TheoryData<long, long> Layouts => new() { { 1024, 48 }, { 1024, 240 }, { 4096, 600 } };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void The_map_points_where_the_layout_says(long capacity, long max)
    {
        RingGeometry geometry = RingGeometry.ForMpmc(capacity, max, 0, 5, 0);
        using NativeRegion region = new(geometry);
        MpmcMap map = new(region.Base, geometry);
        ExplicitMpmcControl* control = (ExplicitMpmcControl*)(region.Base + geometry.ControlOffset);
        Assert.True(&control->Completed == map.Completed);
        Assert.True(&control->Attention == map.Attention);
        Assert.True(&control->ProducerPosition == map.ProducerPosition);
        Assert.True(&control->ConsumerPosition == map.ConsumerPosition);
        Assert.True(&control->ClaimsRecovered == map.ClaimsRecovered);
        Assert.True(&control->LeasesRecovered == map.LeasesRecovered);
        Assert.True(&control->MessagesDropped == map.MessagesDropped);
        Assert.True(&control->RowsSwept == map.RowsSwept);
        for (int index = 0; index < 7; index++)
        {
            ExplicitRow* row = (ExplicitRow*)(region.Base + geometry.RowsOffset) + index;
            MpmcRow mapped = map.Row(index);
            Assert.Equal(index, mapped.Index);
            Assert.True(&row->Owner == mapped.Owner && &row->Role == mapped.Role);
            Assert.True(&row->IntervalStart == mapped.IntervalStart && &row->IntervalEnd == mapped.IntervalEnd && &row->Marks == mapped.Marks);
            Assert.True(&row->MessagesWritten == mapped.MessagesWritten && &row->MessagesRead == mapped.MessagesRead);
            Assert.True(&row->ClaimsAborted == mapped.ClaimsAborted && &row->MessagesRedelivered == mapped.MessagesRedelivered);
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Words_and_records_lie_inside_their_areas_whatever_the_position(long capacity, long max)
    {
        RingGeometry geometry = RingGeometry.ForMpmc(capacity, max, 0, 5, 0);
        using NativeRegion region = new(geometry);
        MpmcMap map = new(region.Base, geometry);
        long wordStride = geometry.HasInlineWords ? geometry.GranuleBytes : 8;
        long records = geometry.DataOffset + (geometry.HasInlineWords ? 8 : 0);
        foreach (long position in new[] { 0, 1, geometry.GranuleCount - 1, geometry.GranuleCount, 1L << 62, -1, long.MinValue, long.MaxValue, 4711 })
        {
            long index = position & (geometry.GranuleCount - 1);
            Assert.Equal(geometry.WordsOffset + (index * wordStride), (byte*)map.WordAt(position) - region.Base);
            Assert.Equal(records + (index * geometry.GranuleBytes), map.RecordAt(position) - region.Base);
            Assert.True(map.RecordAt(position) + 8 + geometry.MaxMessageBytes <= region.Base + geometry.TotalBytes);
        }
    }

    [Fact]
    public void Payloads_take_the_granules_that_hold_them_and_their_header()
    {
        RingGeometry table = RingGeometry.ForMpmc(4096, 600, 0, 5, 0);
        RingGeometry inline = RingGeometry.ForMpmc(1024, 240, 0, 5, 0);
        using NativeRegion region = new(table);
        MpmcMap map = new(region.Base, table);
        foreach ((int bytes, int granules) in new[] { (0, 1), (1, 1), (56, 1), (57, 2), (120, 2), (121, 3), (600, 10) })
            Assert.Equal(granules, map.GranulesFor(bytes));
        Assert.Equal(10, map.MaxGranules);
        using NativeRegion other = new(inline);
        Assert.Equal(1, new MpmcMap(other.Base, inline).GranulesFor(240));
    }

    [Fact]
    public void A_words_position_is_found_within_a_lap_of_another()
    {
        RingGeometry geometry = RingGeometry.ForMpmc(1024, 48, 0, 5, 0);
        using NativeRegion region = new(geometry);
        MpmcMap map = new(region.Base, geometry);
        Assert.Equal(16, map.GranuleCount);
        for (long near = 0; near < 100; near++)
        {
            for (long position = Math.Max(0, near - 16); position < near; position++)
                Assert.Equal(position, map.PositionOf(position & 15, MpmcWord.Reading(map.LapOf(position), 1, 3), near));
            Assert.Equal(-1, map.PositionOf(near & 15, MpmcWord.Reading(map.LapOf(near) + 1, 1, 3), near));
            Assert.Equal(-1, map.PositionOf(near & 15, MpmcWord.Reading(map.LapOf(near) - 2, 1, 3), near));
        }
    }

    [Fact]
    public void Laps_wrap_as_words_carry_them()
    {
        RingGeometry geometry = RingGeometry.ForMpmc(64, 0, 8, 5, 0);
        using NativeRegion region = new(geometry);
        MpmcMap map = new(region.Base, geometry);
        Assert.Equal(4, map.GranuleCount);
        Assert.Equal(0u, map.LapOf(4L << 32));
        Assert.Equal(uint.MaxValue, map.LapOf((4L << 32) - 1));
    }
}
