using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed unsafe class DoorbellLayoutTests
{
    [Fact]
    public void Doorbells_have_a_pair_of_lines_each_behind_all_control_lines()
    {
        const int LastControlOffset = SpscLayout.ConsumerDeliveredThroughOffset;
        int[] offsets = [LastControlOffset, DoorbellLayout.DataDoorbellOffset, DoorbellLayout.SpaceDoorbellOffset, SpscLayout.ControlBytes];
        for (int i = 1; i < offsets.Length; i++)
            Assert.True(offsets[i] / 128 > offsets[i - 1] / 128, $"{offsets[i - 1]} and {offsets[i]} share a pair of lines");
        Assert.All(offsets[1..], static offset => Assert.Equal(0, offset % 128));
    }

    [Fact]
    public void The_map_points_where_the_layout_says()
    {
        RingGeometry geometry = RingGeometry.ForSpsc(4096, 100, 0);
        byte* region = (byte*)0x10_0000;
        DoorbellMap map = new(region, geometry);
        Assert.Equal(geometry.ControlOffset + DoorbellLayout.DataDoorbellOffset, (byte*)map.Data - region);
        Assert.Equal(geometry.ControlOffset + DoorbellLayout.SpaceDoorbellOffset, (byte*)map.Space - region);
    }
}
