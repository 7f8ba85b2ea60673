using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed unsafe class BroadcastGeometryTests
{
    [Theory]
    [InlineData(1024, 48, 0)]
    [InlineData(1024, 300, 0)]
    [InlineData(1024, 0, 8)]
    public void The_geometry_is_that_of_an_mpmc_ring_but_for_kind_and_flags(long capacity, long max, long value)
    {
        RingGeometry mpmc = RingGeometry.ForMpmc(capacity, max, value, 5, 0);
        RingGeometry broadcast = RingGeometry.ForBroadcast(capacity, max, value, 5, 9);
        Assert.Equal((RingKind.Broadcast, true, true, false), (broadcast.Kind, broadcast.HasOneProducer, broadcast.IsLossy, broadcast.EvictsSlowReaders));
        Assert.Equal(9, broadcast.Flags);
        Assert.Equal(
            (mpmc.TotalBytes, mpmc.GranuleBytes, mpmc.GranuleCount, mpmc.DataOffset, mpmc.WordsOffset, mpmc.RowCount),
            (broadcast.TotalBytes, broadcast.GranuleBytes, broadcast.GranuleCount, broadcast.DataOffset, broadcast.WordsOffset, broadcast.RowCount));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(17)]
    public void A_header_gives_back_what_it_was_made_of(int flags)
    {
        RegionHeader header = RegionHeader.New(RingGeometry.ForBroadcast(4096, 600, 0, 7, flags));
        byte[] page = new byte[HeaderLayout.PageBytes];
        header.Encode(page);
        Assert.Equal(header.Geometry, RegionHeader.Decode(page, "x", header.Geometry.TotalBytes).Geometry);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(24)]
    [InlineData(32)]
    public void Flags_that_no_broadcast_ring_has_are_refused(int flags)
    {
        byte[] page = new byte[HeaderLayout.PageBytes];
        RegionHeader header = RegionHeader.New(RingGeometry.ForBroadcast(4096, 600, 0, 7, 0));
        header.Encode(page);
        BitConverter.TryWriteBytes(page.AsSpan(HeaderLayout.FlagsOffset), flags);
        uint crc = uint.MaxValue;
        for (int i = 0; i < HeaderLayout.ChecksumOffset; i += 8)
            crc = System.Numerics.BitOperations.Crc32C(crc, BitConverter.ToUInt64(page, i));
        BitConverter.TryWriteBytes(page.AsSpan(HeaderLayout.ChecksumOffset), ~crc);
        Assert.Throws<RingMismatchException>(() => RegionHeader.Decode(page, "x", header.Geometry.TotalBytes));
    }

    [Fact]
    public void The_map_points_where_the_layout_says()
    {
        RingGeometry geometry = RingGeometry.ForBroadcast(1024, 48, 0, 5, 0);
        using NativeRegion region = new(geometry);
        BroadcastMap map = new(region.Base, geometry);
        ExplicitBroadcastControl* control = (ExplicitBroadcastControl*)(region.Base + geometry.ControlOffset);
        Assert.True(&control->Completed == map.Slots.Completed && &control->WriterPosition == map.WriterPosition);
        Assert.True(&control->WriterPosition == map.Slots.ProducerPosition && &control->RetainedStep == map.RetainedStep);
        Assert.True(&control->RetainedPositionEven == map.RetainedPosition(4) && &control->RetainedMessagesEven == map.RetainedMessages(0));
        Assert.True(&control->RetainedPositionOdd == map.RetainedPosition(-1) && &control->RetainedMessagesOdd == map.RetainedMessages(7));
        Assert.True(&control->ClaimsRecovered == map.Slots.ClaimsRecovered && &control->ReadersEvicted == map.ReadersEvicted);
        Assert.True(&control->RowsSwept == map.Slots.RowsSwept);
        ExplicitRow* row = (ExplicitRow*)(region.Base + geometry.RowsOffset) + 3;
        Assert.True(&row->Cursor == map.Row(3).Cursor && &row->Evicted == map.Row(3).Evicted && &row->MessagesLost == map.Row(3).MessagesLost);
    }

    [Fact]
    public void A_cursor_gives_back_its_position_and_none_is_none()
    {
        Assert.Equal(0, RowLayout.PositionOf(RowLayout.PackCursor(0)));
        Assert.NotEqual(RowLayout.NoCursor, RowLayout.PackCursor(0));
        Assert.Equal(1L << 61, RowLayout.PositionOf(RowLayout.PackCursor(1L << 61)));
    }
}
