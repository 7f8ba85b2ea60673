namespace RingShm.Tests.Mapping;

/// <summary>Create, open or either, for names and for paths alike.</summary>
public sealed class OpenModeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_makes_and_refuses_what_is_there(bool isPath)
    {
        using Place place = new(isPath);
        using SpscRing ring = SpscRing.Create(place.Name);
        Assert.True(ring.CreatedNew);
        Assert.Equal(place.Name, ring.Name);
        Assert.Contains(place.Text, Assert.Throws<RingExistsException>(() => SpscRing.Create(place.Name)).Message);
        Assert.Throws<RingExistsException>(() => SpscRing<int>.Create(place.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_finds_and_refuses_what_is_not_there(bool isPath)
    {
        using Place place = new(isPath);
        Assert.Contains(place.Text, Assert.Throws<RingNotFoundException>(() => SpscRing.Open(place.Name)).Message);
        Assert.Throws<RingNotFoundException>(() => Ring.Inspect(place.Name));
        Assert.Throws<RingNotFoundException>(() => Ring.Verify(place.Name));
        Assert.Throws<RingNotFoundException>(() => Ring.Remove(place.Name));
        using SpscRing created = SpscRing.Create(place.Name);
        using SpscRing opened = SpscRing.Open(place.Name);
        Assert.False(opened.CreatedNew);
        Assert.Equal(created.GetInfo().CreationId, opened.GetInfo().CreationId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CreateOrOpen_tells_which(bool isPath)
    {
        using Place place = new(isPath);
        using SpscRing first = SpscRing.CreateOrOpen(place.Name);
        using SpscRing second = SpscRing.CreateOrOpen(place.Name);
        Assert.True(first.CreatedNew);
        Assert.False(second.CreatedNew);
        using SpscProducer producer = first.AttachProducer();
        using SpscConsumer consumer = second.AttachConsumer();
        producer.TryWrite("through"u8);
        Assert.True(consumer.TryRead(out Message message));
        using (message)
            Assert.Equal("through"u8, message.Span);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Threads_that_race_for_a_region_agree_on_one(bool isPath)
    {
        for (int round = 0; round < 30; round++)
        {
            using Place place = new(isPath);
            SpscRing[] rings = new SpscRing[4];
            using Barrier start = new(rings.Length);
            Watchdog.Run([.. Enumerable.Range(0, rings.Length).Select<int, Action>(i => () =>
            {
                start.SignalAndWait();
                rings[i] = SpscRing.CreateOrOpen(place.Name, new RingOptions { CapacityBytes = 4096 });
            })]);
            Assert.Single(rings, ring => ring.CreatedNew);
            Assert.Single(rings.Select(ring => ring.GetInfo().CreationId).Distinct());
            foreach (SpscRing ring in rings)
                ring.Dispose();
        }
    }

    [Fact]
    public void A_path_in_no_folder_is_refused_by_a_ring_exception()
    {
        using TestFolder folder = new();
        string path = Path.Combine(folder.Path, "none", "ring");
        Assert.ThrowsAny<RingException>(() => SpscRing.Create(path));
        Assert.ThrowsAny<RingException>(() => SpscRing.Open(path));
        Assert.ThrowsAny<RingException>(() => SpscRing.CreateOrOpen(folder.Path));
        Assert.ThrowsAny<RingException>(() => SpscRing.Open(folder.Path));
    }

    [Fact]
    public void Sizes_that_make_no_ring_are_named_before_anything_is_made()
    {
        foreach (long capacity in new[] { -1, long.MinValue, long.MaxValue, (1L << 46) + 1 })
        {
            using TestRegion region = new();
            Assert.Contains(capacity.ToString(), Assert.Throws<ArgumentOutOfRangeException>(
                () => SpscRing.Create(region, new RingOptions { CapacityBytes = capacity })).Message);
            Assert.Throws<RingNotFoundException>(() => SpscRing.Open(region));
        }

        foreach (long max in new[] { -1, 1009, long.MaxValue })
        {
            using TestRegion region = new();
            Assert.Contains(max.ToString(), Assert.Throws<ArgumentOutOfRangeException>(
                () => SpscRing.Create(region, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = max })).Message);
            Assert.Throws<RingNotFoundException>(() => SpscRing.Open(region));
        }
    }

    [Fact]
    public void A_cardinality_that_no_spsc_ring_has_is_refused()
    {
        using TestRegion region = new();
        Assert.Contains("Many", Assert.Throws<ArgumentException>(
            () => SpscRing.Create(region, new RingOptions { Producers = Cardinality.Many })).Message);
        Assert.Throws<ArgumentException>(() => SpscRing.Create(region, new RingOptions { Consumers = Cardinality.Many }));
        using SpscRing ring = SpscRing.Create(region, new RingOptions { Producers = Cardinality.One, Consumers = Cardinality.One });
    }

    [Fact]
    public void What_only_an_mpmc_ring_can_be_asked_for_is_refused_by_an_spsc_ring()
    {
        using TestRegion region = new();
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => SpscRing.Create(region, new RingOptions { MaxParticipants = 3 })).Message);
        Assert.Contains("drop", Assert.Throws<ArgumentException>(
            () => SpscRing.Create(region, new RingOptions { DeadConsumers = DeadConsumerPolicy.Drop })).Message);
        using SpscRing ring = SpscRing.Create(region, new RingOptions { MaxParticipants = 2, DeadConsumers = DeadConsumerPolicy.Redeliver });
        RingInfo info = ring.GetInfo();
        Assert.Equal(
            (Cardinality.One, Cardinality.One, DeadConsumerPolicy.Redeliver, 2),
            (info.Producers, info.Consumers, info.DeadConsumers, info.MaxParticipants));
    }

    [Fact]
    public void A_negative_open_timeout_is_misuse() => Assert.Throws<ArgumentOutOfRangeException>(
        () => SpscRing.CreateOrOpen(TestRegion.NewName(), new RingOptions { OpenTimeout = TimeSpan.FromSeconds(-1) }));

    [Fact]
    public void Creation_time_and_id_tell_regions_apart()
    {
        using TestRegion one = new();
        using TestRegion two = new();
        using SpscRing first = SpscRing.Create(one);
        using SpscRing second = SpscRing.Create(two);
        Assert.NotEqual(first.GetInfo().CreationId, second.GetInfo().CreationId);
        Assert.InRange(first.GetInfo().CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    /// <summary>A name or a path of its own.</summary>
    private sealed class Place : IDisposable
    {
        private readonly TestFolder _folder = new();
        private readonly TestRegion _region = new();
        private readonly bool _isPath;

        public Place(bool isPath) => _isPath = isPath;

        public string Text => _isPath ? _folder.File() : _region.Name;

        public RegionName Name => Text;

        public void Dispose()
        {
            _region.Dispose();
            _folder.Dispose();
        }
    }
}
