namespace RingShm.Tests.State;

/// <summary>What a cell promises through its public face.</summary>
public sealed class CellTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public void What_is_written_is_read_with_its_version()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using StateWriter writer = cell.AttachWriter();
        using StateReader reader = cell.AttachReader();
        Assert.Equal(1, writer.Write(Hello));
        Assert.Equal(2, writer.Write("world!"u8));
        byte[] room = new byte[reader.MaxValueBytes];
        Assert.True(reader.TryRead(room, out StateStamp stamp));
        Assert.Equal(new StateStamp(2, 6, IsOwn: true), stamp);
        Assert.Equal("world!"u8, room.AsSpan(0, 6));
        Assert.Equal("world!"u8, reader.Read(out _));
        Assert.Equal((2L, 2L, 2L), (reader.Version, writer.Version, cell.Version));
    }

    [Fact]
    public void Nothing_is_read_from_a_new_cell()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using StateReader reader = cell.AttachReader();
        Assert.False(reader.TryRead(new byte[1], out StateStamp stamp));
        Assert.Equal(default, stamp);
        Assert.Empty(reader.Read(out stamp));
        Assert.Equal(default, stamp);
    }

    [Fact]
    public void A_late_joiner_reads_the_current_value_at_once()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using (StateWriter writer = cell.AttachWriter())
            writer.Write(Hello);
        using StateCell other = StateCell.Open(region);
        using StateReader late = other.AttachReader();
        Assert.Equal(Hello, late.Read(out StateStamp stamp));
        Assert.Equal(new StateStamp(1, 5, IsOwn: false), stamp);
    }

    [Fact]
    public void An_empty_value_is_a_value()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using StateWriter writer = cell.AttachWriter();
        writer.Write([]);
        Assert.True(writer.TryRead([], out StateStamp stamp));
        Assert.Equal(new StateStamp(1, 0, IsOwn: true), stamp);
    }

    [Fact]
    public void Values_up_to_the_limit_fit_and_longer_ones_are_refused_with_both_lengths()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region, new RingOptions { MaxMessageBytes = 100 });
        using StateWriter writer = cell.AttachWriter();
        for (int length = 0; length <= 100; length++)
        {
            byte[] value = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
            writer.Write(value);
            Assert.Equal(value, writer.Read(out _));
        }

        MessageTooLargeException refused = Assert.Throws<MessageTooLargeException>(() => writer.Write(new byte[101]));
        Assert.Equal((101L, 100L), (refused.LengthBytes, refused.MaxMessageBytes));
        Assert.Throws<MessageTooLargeException>(() => writer.TryUpdate(101, new byte[101], out _));
        Assert.Equal(101, writer.Version);
        ArgumentException short1 = Assert.Throws<ArgumentException>(() => writer.TryRead(new byte[99], out _));
        Assert.Contains("100 bytes, the destination 99", short1.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_succeeds_on_the_expected_version_alone()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using StateWriter first = cell.AttachWriter();
        using StateWriter second = cell.AttachWriter();
        Assert.True(first.TryUpdate(0, "a"u8, out long version));
        Assert.Equal(1, version);
        Assert.True(second.TryUpdate(1, "b"u8, out version));
        Assert.Equal(2, version);
        Assert.False(first.TryUpdate(1, "c"u8, out version));
        Assert.Equal(2, version);
        Assert.False(first.TryUpdate(3, "c"u8, out _));
        Assert.Equal("b"u8, first.Read(out _));
    }

    [Fact]
    public void Typed_cells_copy_values_and_agree_on_their_size()
    {
        using TestRegion region = new();
        using StateCell<(long, Guid)> cell = StateCell<(long, Guid)>.Create(region);
        using StateWriter<(long, Guid)> writer = cell.AttachWriter();
        using StateReader<(long, Guid)> reader = cell.AttachReader();
        Assert.False(reader.TryRead(out _));
        Guid id = Guid.NewGuid();
        Assert.Equal(1, writer.Write((7, id)));
        Assert.True(reader.TryRead(out (long, Guid) value));
        Assert.Equal((7, id), value);
        Assert.True(writer.TryUpdate(1, (8, id), out long version));
        Assert.False(writer.TryUpdate(1, (9, id), out _));
        Assert.True(reader.TryRead(out value, out StateStamp stamp));
        Assert.Equal((8L, 2L, 24, true), (value.Item1, version, stamp.LengthBytes, stamp.IsOwn));
        Assert.Throws<RingMismatchException>(() => StateCell<long>.Open(region));
        Assert.Throws<RingMismatchException>(() => StateCell.Open(region));
        Assert.Throws<RingMismatchException>(() => MpmcRing.Open(region));
    }

    [Fact]
    public void What_another_cell_object_wrote_is_not_own_even_in_one_process()
    {
        using TestRegion region = new();
        using StateCell here = StateCell.Create(region);
        using StateCell there = StateCell.Open(region);
        using StateWriter writer = here.AttachWriter();
        writer.Write(Hello);
        using StateReader own = here.AttachReader();
        using StateReader foreign = there.AttachReader();
        Assert.True(own.TryRead(new byte[9], out StateStamp mine));
        Assert.True(foreign.TryRead(new byte[9], out StateStamp theirs));
        Assert.Equal((true, false), (mine.IsOwn, theirs.IsOwn));
    }

    [Fact]
    public void Roles_can_be_declared_single_and_places_are_counted()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region, new RingOptions { Producers = Cardinality.One, MaxParticipants = 2 });
        StateWriter writer = cell.AttachWriter();
        Assert.Equal(Environment.ProcessId, Assert.Throws<RoleTakenException>(() => cell.AttachWriter()).OwnerProcessId);
        using StateReader first = cell.AttachReader();
        StateReader second = cell.AttachReader();
        Assert.Throws<ParticipantLimitException>(() => cell.AttachReader());
        second.Dispose();
        writer.Dispose();
        using StateReader third = cell.AttachReader();
        using StateWriter next = cell.AttachWriter();
        RingInfo info = cell.GetInfo();
        Assert.Equal((Cardinality.One, Cardinality.Many, 2), (info.Producers, info.Consumers, info.MaxParticipants));
        Assert.Equal(
            [ParticipantRole.Producer, ParticipantRole.Consumer, ParticipantRole.Consumer],
            info.Participants.Select(participant => participant.Role));
        Assert.Throws<RingMismatchException>(() => StateCell.Open(region, new RingOptions { Consumers = Cardinality.One }));
        Assert.Throws<RingMismatchException>(() => StateCell.Open(region, new RingOptions { MaxParticipants = 3 }));
        Assert.Throws<RingMismatchException>(() => StateCell.Open(region, new RingOptions { MaxMessageBytes = 3 }));
    }

    [Fact]
    public void A_cell_has_no_capacity_and_nothing_of_dead_consumers_to_drop()
    {
        using TestRegion region = new();
        Assert.Throws<ArgumentException>(() => StateCell.Create(region, new RingOptions { CapacityBytes = 4096 }));
        Assert.Throws<ArgumentException>(() => StateCell.Create(region, new RingOptions { DeadConsumers = DeadConsumerPolicy.Drop }));
        Assert.Throws<ArgumentOutOfRangeException>(() => StateCell.Create(region, new RingOptions { MaxMessageBytes = 1L << 40 }));
        Assert.Throws<RingNotFoundException>(() => StateCell.Open(region));
    }

    [Fact]
    public void A_read_only_cell_tells_its_version_and_attaches_nobody()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using StateWriter writer = cell.AttachWriter();
        writer.Write(Hello);
        using StateCell monitor = StateCell.Open(region, new RingOptions { Access = RingAccess.ReadOnly });
        Assert.Equal(1, monitor.Version);
        Assert.Equal(1, monitor.GetInfo().MessagesWritten);
        Assert.Throws<InvalidOperationException>(() => monitor.AttachReader());
        Assert.Throws<InvalidOperationException>(() => monitor.AttachWriter());
        Assert.Throws<InvalidOperationException>(() => monitor.Recover());
    }

    [Fact]
    public void A_disposed_handle_or_cell_says_so()
    {
        using TestRegion region = new();
        StateCell cell = StateCell.Create(region);
        StateWriter writer = cell.AttachWriter();
        StateReader reader = cell.AttachReader();
        reader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => reader.Read(out _));
        Assert.Throws<ObjectDisposedException>(() => reader.Version);
        Assert.Throws<ObjectDisposedException>(() => reader.WaitForChange(0, TimeSpan.Zero));
        cell.Dispose();
        Assert.Throws<ObjectDisposedException>(() => writer.Write(Hello));
        Assert.Throws<ObjectDisposedException>(() => writer.TryUpdate(0, Hello, out _));
        Assert.Throws<ObjectDisposedException>(() => cell.AttachReader());
        Assert.Throws<ObjectDisposedException>(() => cell.Version);
    }

    [Fact]
    public void Reading_and_writing_allocate_nothing()
    {
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region);
        using StateWriter writer = cell.AttachWriter();
        byte[] room = new byte[writer.MaxValueBytes];
        void Work()
        {
            for (int i = 0; i < 1000; i++)
            {
                writer.Write(Hello);
                writer.TryRead(room, out StateStamp stamp);
                writer.TryUpdate(stamp.Version, Hello, out _);
                writer.WaitForChange(stamp.Version, TimeSpan.Zero);
            }
        }

        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
