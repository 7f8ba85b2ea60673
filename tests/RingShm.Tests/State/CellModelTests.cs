using FsCheck.Xunit;

namespace RingShm.Tests.State;

/// <summary>Random histories of several handles, each compared step by step with a variable; and handles that do race.</summary>
public sealed class CellModelTests
{
    [Property(MaxTest = 200)]
    public void A_cell_answers_as_a_variable_with_a_counter_does(ushort max, (byte Kind, byte Who, ushort Length)[] steps)
    {
        int longest = 1 + (max % 5000);
        using TestRegion region = new();
        using StateCell here = StateCell.Create(region, new RingOptions { MaxMessageBytes = longest, MaxParticipants = 4 });
        using StateCell there = StateCell.Open(region);
        StateWriter[] writers = [here.AttachWriter(), there.AttachWriter(), here.AttachWriter()];
        long[] known = new long[writers.Length];
        byte[] value = [];
        long version = 0;
        int lastCell = -1;
        int fill = 0;
        foreach ((byte kind, byte who, ushort length) in steps.Concat(steps))
        {
            int index = who % writers.Length;
            byte[] next = new byte[length % (longest + 1)];
            next.AsSpan().Fill((byte)++fill);
            switch (kind % 6)
            {
                case 0:
                    Assert.Equal(version + 1, writers[index].Write(next));
                    (value, version, lastCell) = (next, version + 1, index % 2);
                    break;
                case 1:
                    bool expected = known[index] == version;
                    Assert.Equal(expected, writers[index].TryUpdate(known[index], next, out long told));
                    if (expected)
                        (value, version, lastCell) = (next, version + 1, index % 2);
                    Assert.Equal(version, told);
                    break;
                case 2:
                    writers[index].Dispose();
                    writers[index] = (index % 2 == 0 ? here : there).AttachWriter();
                    break;
                case 3:
                    Assert.Equal(known[index] < version && lastCell != index % 2, writers[index].WaitForChange(known[index], TimeSpan.Zero));
                    break;
                default:
                    Assert.Equal(value, writers[index].Read(out StateStamp stamp));
                    Assert.Equal(new StateStamp(version, value.Length, version > 0 && lastCell == index % 2), stamp);
                    known[index] = version;
                    break;
            }
        }

        Assert.Equal(version, Ring.Inspect(region).MessagesWritten);
        Assert.Empty(Ring.Verify(region).Problems);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(3000)]
    public void Racing_writers_and_readers_never_see_a_torn_value_and_versions_only_grow(int longest)
    {
        const int Writes = 20_000;
        using TestRegion region = new();
        using StateCell cell = StateCell.Create(region, new RingOptions { MaxMessageBytes = longest, MaxParticipants = 4 });
        using StateWriter first = cell.AttachWriter();
        using StateWriter second = cell.AttachWriter();
        using StateReader reader = cell.AttachReader();
        using StateReader other = cell.AttachReader();
        Watchdog.Run(() => Write(first, 1), () => Write(second, 2), () => Read(reader), () => Read(other));
        Assert.Equal(2 * Writes, cell.Version);
        Assert.Empty(Ring.Verify(region).Problems);

        void Write(StateWriter writer, int seed)
        {
            byte[] value = new byte[longest];
            long last = 0;
            for (int i = 0; i < Writes; i++)
            {
                int length = 1 + ((i * seed * 7919) % longest);
                value.AsSpan(0, length).Fill((byte)(i + seed));
                long version = writer.Write(value.AsSpan(0, length));
                Assert.True(version > last);
                last = version;
            }
        }

        void Read(StateReader handle)
        {
            byte[] value = new byte[longest];
            long last = 0;
            while (last < 2 * Writes)
            {
                if (!handle.TryRead(value, out StateStamp stamp))
                    continue;
                Assert.True(stamp.Version >= last);
                last = stamp.Version;
                Assert.False(value.AsSpan(1, stamp.LengthBytes - 1).ContainsAnyExcept(value[0]), "a torn value");
            }
        }
    }

    [Fact]
    public void No_increment_of_racing_updaters_is_lost()
    {
        const int Increments = 5_000;
        using TestRegion region = new();
        using StateCell<long> cell = StateCell<long>.Create(region);
        using StateWriter<long> first = cell.AttachWriter();
        using StateWriter<long> second = cell.AttachWriter();
        Watchdog.Run(() => Increment(first), () => Increment(second));
        Assert.True(first.TryRead(out long sum, out StateStamp stamp));
        Assert.Equal((2 * Increments, 2 * Increments), (sum, stamp.Version));

        static void Increment(StateWriter<long> writer)
        {
            for (int i = 0; i < Increments; i++)
            {
                StateStamp seen;
                long value;
                do
                    _ = writer.TryRead(out value, out seen);
                while (!writer.TryUpdate(seen.Version, seen.Version == 0 ? 1 : value + 1, out _));
            }
        }
    }
}
