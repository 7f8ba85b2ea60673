using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed class MpmcGeometryTests
{
    private static readonly long[] Capacities = [64, 128, 1024, 4096, 1 << 16, 1 << 20, 1 << 24, 1L << 32, 1L << 46];

    [Fact]
    public void Every_geometry_has_what_the_protocol_relies_on()
    {
        foreach (long capacity in Capacities)
        {
            foreach (long max in new[] { 0, 1, 8, 47, 48, 49, 240, 241, 1000, capacity / 2, RingGeometry.LargestMpmcMessageBytes(capacity) })
            {
                if (max > RingGeometry.LargestMpmcMessageBytes(capacity))
                    continue;
                AssertSound(RingGeometry.ForMpmc(capacity, max, 0, 7, 0), isTyped: false);
                AssertSound(RingGeometry.ForMpmc(capacity, 0, max, 7, 0), isTyped: max != 0);
            }
        }
    }

    [Fact]
    public void Any_message_up_to_half_the_capacity_fits_by_default()
    {
        for (long capacity = 64; capacity <= 1L << 30; capacity *= 2)
            Assert.Equal(capacity / 2, RingGeometry.ForMpmc(capacity, 0, 0, 1, 0).MaxMessageBytes);
        Assert.Equal(int.MaxValue - 64, RingGeometry.ForMpmc(1L << 46, 0, 0, 1, 0).MaxMessageBytes);
    }

    [Theory]
    [InlineData(48L, true, 64L)]
    [InlineData(49L, true, 128L)]
    [InlineData(240L, true, 256L)]
    [InlineData(241L, false, 64L)]
    [InlineData(65535L * 64 - 8, false, 64L)]
    [InlineData(65535L * 64 - 7, false, 128L)]
    public void Words_stand_in_slots_of_a_few_lines_and_in_a_table_beyond(long max, bool isInline, long granule)
    {
        RingGeometry geometry = RingGeometry.ForMpmc(1 << 24, max, 0, 64, 0);
        Assert.Equal((isInline, granule), (geometry.HasInlineWords, geometry.GranuleBytes));
    }

    [Fact]
    public void A_typed_ring_has_one_slot_a_value_however_large_and_at_least_two()
    {
        RingGeometry geometry = RingGeometry.ForMpmc(4096, 0, 4000, 64, 0);
        Assert.Equal((true, 4032L, 2L, 4000L), (geometry.HasInlineWords, geometry.GranuleBytes, geometry.GranuleCount, geometry.MaxMessageBytes));
        Assert.Equal(16, RingGeometry.ForMpmc(4096, 0, 8, 64, 0).GranuleBytes);
        Assert.Contains("100", Assert.Throws<ArgumentException>(() => RingGeometry.ForMpmc(4096, 100, 8, 64, 0)).Message);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData((1L << 46) + 1)]
    [InlineData(long.MaxValue)]
    public void A_capacity_that_makes_no_ring_is_named_and_refused(long capacity) => Assert.Contains(
        capacity.ToString(), Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForMpmc(capacity, 0, 0, 64, 0)).Message);

    [Theory]
    [InlineData(-1L)]
    [InlineData(57L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_longest_message_that_no_ring_of_the_capacity_carries_is_named_and_refused(long max)
    {
        Assert.Contains(max.ToString(), Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForMpmc(64, max, 0, 64, 0)).Message);
        Assert.Contains(max.ToString(), Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForMpmc(64, 0, max, 64, 0)).Message);
        Assert.Equal(56, RingGeometry.ForMpmc(64, 56, 0, 64, 0).MaxMessageBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(8191)]
    [InlineData(int.MaxValue)]
    public void A_number_of_participants_that_no_word_can_name_is_refused(int participants)
    {
        Assert.Contains(
            participants.ToString(),
            Assert.Throws<ArgumentOutOfRangeException>(() => RingGeometry.ForMpmc(1024, 0, 0, participants, 0)).Message);
        Assert.Equal(MpmcWord.MaxRows, RingGeometry.ForMpmc(1024, 0, 0, 8190, 0).RowCount);
    }

    [Fact]
    public void Flags_come_back_as_they_were_packed()
    {
        for (int flags = 0; flags <= RingGeometry.KnownFlags; flags++)
        {
            RingGeometry geometry = RingGeometry.ForMpmc(1024, 0, 0, 3, flags);
            Assert.Equal(flags, geometry.Flags);
            Assert.Equal(flags, RingGeometry.PackFlags(geometry.HasOneProducer, geometry.HasOneConsumer, geometry.DropsWhatTheDeadHeld));
        }

        Assert.Equal(0, RingGeometry.ForSpsc(1024, 0, 0).Flags);
    }

    private static void AssertSound(in RingGeometry geometry, bool isTyped)
    {
        Assert.True(System.Numerics.BitOperations.IsPow2(geometry.GranuleCount) && geometry.GranuleCount >= 2);
        long needed = geometry.HasInlineWords ? 1 : (geometry.MaxMessageBytes + 8 + geometry.GranuleBytes - 1) / geometry.GranuleBytes;
        Assert.InRange(needed, 1, Math.Min(MpmcWord.MaxGranules, geometry.GranuleCount));
        Assert.True(!isTyped || geometry.HasInlineWords);
        if (geometry.HasInlineWords)
        {
            Assert.True(geometry.GranuleBytes >= geometry.MaxMessageBytes + (isTyped ? 8 : 16));
            Assert.Equal((geometry.DataOffset, 0L), (geometry.WordsOffset, geometry.OverhangBytes));
        }
        else
        {
            Assert.True(System.Numerics.BitOperations.IsPow2(geometry.GranuleBytes));
            Assert.True(geometry.DataOffset >= geometry.WordsOffset + (8 * geometry.GranuleCount));
            // The longest record that starts in the last granule ends in the overhang.
            Assert.True(geometry.OverhangBytes >= needed * geometry.GranuleBytes - geometry.GranuleBytes);
        }

        Assert.Equal(0, geometry.GranuleBytes % 8);
        Assert.Equal(0, geometry.DataOffset % 4096);
        Assert.Equal(0, geometry.WordsOffset % 4096);
        Assert.True(geometry.WordsOffset >= geometry.RowsOffset + (geometry.RowCount * 128L));
        Assert.True(geometry.TotalBytes >= geometry.DataOffset + (geometry.GranuleCount * geometry.GranuleBytes) + geometry.OverhangBytes);
        Assert.Equal(0, geometry.TotalBytes % 4096);
    }
}
