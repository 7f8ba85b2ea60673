namespace RingShm.Tests.Mapping;

/// <summary>Options that contradict an existing region fail with both values, and nothing is resized.</summary>
public sealed class AgreementTests
{
    [Fact]
    public void Options_that_agree_or_say_nothing_are_accepted()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, new RingOptions { CapacityBytes = 4000, MaxMessageBytes = 100 });
        using SpscRing plain = SpscRing.Open(region);
        using SpscRing rounded = SpscRing.Open(region, new RingOptions { CapacityBytes = 4096 });
        using SpscRing asked = SpscRing.CreateOrOpen(region, new RingOptions { CapacityBytes = 3000, MaxMessageBytes = 100 });
        Assert.All([plain, rounded, asked], opened => Assert.Equal((4096L, 100L), (opened.CapacityBytes, opened.MaxMessageBytes)));
    }

    [Fact]
    public void A_contradicting_capacity_or_longest_message_names_both_values()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, new RingOptions { CapacityBytes = 4096, MaxMessageBytes = 100 });
        foreach (Func<RegionName, RingOptions?, SpscRing> open in new Func<RegionName, RingOptions?, SpscRing>[] { SpscRing.Open, SpscRing.CreateOrOpen })
        {
            string message = Assert.Throws<RingMismatchException>(() => open(region, new RingOptions { CapacityBytes = 8192 })).Message;
            Assert.Contains("4096", message);
            Assert.Contains("8192", message);
            message = Assert.Throws<RingMismatchException>(() => open(region, new RingOptions { MaxMessageBytes = 101 })).Message;
            Assert.Contains("100", message);
            Assert.Contains("101", message);
        }

        Assert.Equal(4096, ring.GetInfo().CapacityBytes);
    }

    [Fact]
    public void A_typed_and_an_untyped_ring_and_two_sizes_do_not_mix()
    {
        using TestRegion region = new();
        using SpscRing<long> ring = SpscRing<long>.Create(region);
        string message = Assert.Throws<RingMismatchException>(() => SpscRing<int>.Open(region)).Message;
        Assert.Contains("8", message);
        Assert.Contains("4", message);
        Assert.Throws<RingMismatchException>(() => SpscRing.Open(region));
        using SpscRing<double> sameSize = SpscRing<double>.Open(region);
        Assert.Equal(8, Ring.Inspect(region).FixedMessageBytes);
    }

    [Fact]
    public void A_longest_message_that_contradicts_the_type_is_refused_also_at_creation()
    {
        using TestRegion region = new();
        RingOptions contradiction = new() { MaxMessageBytes = 100 };
        string message = Assert.ThrowsAny<ArgumentException>(() => SpscRing<long>.CreateOrOpen(region, contradiction)).Message;
        Assert.Contains("100", message);
        Assert.Contains("8", message);
        using SpscRing<long> ring = SpscRing<long>.Create(region, new RingOptions { MaxMessageBytes = 8 });
        Assert.Throws<RingMismatchException>(() => SpscRing<long>.Open(region, contradiction));
    }

    [Fact]
    public void A_region_of_the_other_systems_liveness_is_refused_with_both()
    {
        using TestFolder folder = new();
        SpscRing.Create(folder.File()).Dispose();
        byte[] page = FileBytes.Read(folder.File())[..4096];
        RingShm.Layout.RegionHeader header = RingShm.Layout.RegionHeader.Decode(page, "x", long.MaxValue);
        RingShm.Layout.LivenessModel other = header.Liveness == RingShm.Layout.LivenessModel.FileLocks
            ? RingShm.Layout.LivenessModel.ProcessHandles
            : RingShm.Layout.LivenessModel.FileLocks;
        (header with { Liveness = other }).Encode(page);
        FileBytes.Write(folder.File(), 0, page.AsSpan(0, 0x80));
        string message = Assert.Throws<RingMismatchException>(() => SpscRing.Open(folder.File())).Message;
        Assert.Contains("FileLocks", message);
        Assert.Contains("ProcessHandles", message);
        Assert.Contains("Linux", message);
        Assert.Contains("Windows", message);
        Assert.DoesNotContain('\n', message);
    }
}
