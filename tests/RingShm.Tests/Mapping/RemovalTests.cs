namespace RingShm.Tests.Mapping;

public sealed class RemovalTests
{
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_removed_region_stays_whole_for_its_users_and_is_gone_for_all_others()
    {
        using TestRegion region = new();
        using SpscRing first = SpscRing.Create(region);
        using SpscRing second = SpscRing.Open(region);
        using SpscProducer producer = first.AttachProducer();
        using SpscConsumer consumer = second.AttachConsumer();
        Ring.Remove(region);
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(region));
        Assert.Throws<RingNotFoundException>(() => Ring.Remove(region));
        using SpscRing anew = SpscRing.Create(region);
        Assert.NotEqual(first.GetInfo().CreationId, anew.GetInfo().CreationId);
        using SpscConsumer stranger = anew.AttachConsumer();
        Assert.True(producer.TryWrite("old friends"u8));
        Assert.False(stranger.TryRead(out _));
        Assert.True(consumer.TryRead(out Message message));
        using (message)
            Assert.Equal("old friends"u8, message.Span);
        // Roles are still exclusive among the old users.
        Assert.Throws<RoleTakenException>(() => second.AttachProducer());
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsSections)]
    public void A_named_section_is_refused_removal_while_in_use_and_gone_after_it()
    {
        using TestRegion region = new();
        using (SpscRing ring = SpscRing.Create(region))
            Assert.Contains(region.Name, Assert.ThrowsAny<RingException>(() => Ring.Remove(region)).Message);
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(region));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_region_outlives_its_users_on_Linux()
    {
        using TestRegion region = new();
        using (SpscRing ring = SpscRing.Create(region))
        {
            using SpscProducer producer = ring.AttachProducer();
            producer.TryWrite("for later"u8);
        }

        using SpscRing later = SpscRing.Open(region);
        using SpscConsumer consumer = later.AttachConsumer();
        Assert.True(consumer.TryRead(out Message message));
        using (message)
            Assert.Equal("for later"u8, message.Span);
    }

    [Fact]
    public void The_list_holds_what_is_there_in_order_and_once()
    {
        using TestRegion one = new();
        using TestRegion two = new();
        using SpscRing first = SpscRing.Create(one);
        using SpscRing second = SpscRing.Create(two);
        IReadOnlyList<string> names = Ring.List();
        Assert.Equal(1, names.Count(name => name == one.Name));
        Assert.Equal(1, names.Count(name => name == two.Name));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        if (!OperatingSystem.IsWindows())
        {
            Ring.Remove(one);
            Assert.DoesNotContain(one.Name, Ring.List());
        }
    }
}
