using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed class RingGeometryTests
{
    [Theory]
    [InlineData(1L, 64L)]
    [InlineData(64L, 64L)]
    [InlineData(65L, 128L)]
    [InlineData(1000L, 1024L)]
    [InlineData(1L << 20, 1L << 20)]
    [InlineData((6L << 30) + 1, 8L << 30)]
    [InlineData(1L << 46, 1L << 46)]
    [InlineData((1L << 45) + 1, 1L << 46)]
    public void A_capacity_is_rounded_up_to_a_power_of_two(long wished, long used)
    {
        Assert.Equal(used, RingGeometry.RoundCapacity(wished));
        Assert.Equal(used, RingGeometry.ForSpsc(wished, 0, 0).CapacityBytes);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData((1L << 46) + 1)]
    [InlineData(1L << 62)]
    [InlineData(long.MaxValue)]
    public void A_capacity_that_makes_no_ring_is_named_and_refused(long capacity)
    {
        ArgumentOutOfRangeException refused =
            Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForSpsc(capacity, 0, 0));
        Assert.Contains(capacity.ToString(), refused.Message);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(49L)]
    [InlineData(long.MaxValue)]
    public void A_longest_message_that_no_ring_of_the_capacity_carries_is_named_and_refused(long maxMessage)
    {
        ArgumentOutOfRangeException refused =
            Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForSpsc(64, maxMessage, 0));
        Assert.Contains(maxMessage.ToString(), refused.Message);
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => RingGeometry.ForSpsc(64, 0, maxMessage));
    }

    [Theory]
    [InlineData(64L)]
    [InlineData(1L << 20)]
    [InlineData(1L << 31)]
    [InlineData(1L << 46)]
    public void The_largest_message_leaves_room_for_its_header_and_the_next(long capacity)
    {
        long largest = RingGeometry.LargestMessageBytes(capacity);
        Assert.InRange(largest, 1, int.MaxValue - 64);
        Assert.True(RecordLayout.SizeOf(largest) + RecordLayout.HeaderBytes <= capacity);
        Assert.Equal(largest, RingGeometry.ForSpsc(capacity, largest, 0).MaxMessageBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForSpsc(capacity, largest + 1, 0));
    }

    [Fact]
    public void Any_message_up_to_half_the_capacity_fits_by_default()
    {
        for (long capacity = 64; capacity <= 1L << 30; capacity *= 2)
            Assert.Equal(capacity / 2, RingGeometry.ForSpsc(capacity, 0, 0).MaxMessageBytes);
        Assert.Equal(int.MaxValue - 64, RingGeometry.ForSpsc(1L << 40, 0, 0).MaxMessageBytes);
    }

    [Fact]
    public void The_overhang_holds_the_longest_record_that_begins_at_the_last_index()
    {
        for (long capacity = 64; capacity <= 1L << 16; capacity *= 2)
        {
            for (long max = 1; max <= RingGeometry.LargestMessageBytes(capacity); max += 7)
            {
                RingGeometry geometry = RingGeometry.ForSpsc(capacity, max, 0);
                long lastHeader = capacity - 8;
                Assert.True(lastHeader + 8 + max <= capacity + geometry.OverhangBytes);
                Assert.True(geometry.DataOffset + capacity + geometry.OverhangBytes <= geometry.TotalBytes);
                Assert.Equal(0, geometry.TotalBytes % 4096);
            }
        }
    }

    [Fact]
    public void The_largest_geometry_does_not_overflow()
    {
        RingGeometry geometry = RingGeometry.ForSpsc(1L << 46, 0, 0);
        Assert.True(geometry.TotalBytes > 1L << 46);
        Assert.Equal(0, geometry.TotalBytes % 4096);
    }

    [Fact]
    public void A_typed_ring_has_one_message_length()
    {
        RingGeometry geometry = RingGeometry.ForSpsc(1024, 0, 24);
        Assert.Equal(24, geometry.FixedMessageBytes);
        Assert.Equal(24, geometry.MaxMessageBytes);
    }
}
