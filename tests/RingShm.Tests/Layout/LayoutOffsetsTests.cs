using System.Reflection;
using System.Runtime.InteropServices;
using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed unsafe class LayoutOffsetsTests
{
    /// <summary>Every party's fields, by who writes them after creation.</summary>
    private static readonly (string Writer, string Prefix)[] Writers =
        [("anyone", "Completed"), ("producer", "Producer"), ("consumer", "Consumer")];

    [Fact]
    public void Header_constants_are_the_offsets_of_the_explicit_struct() =>
        AssertSame<ExplicitHeader>(typeof(HeaderLayout), field => field switch
        {
            nameof(HeaderLayout.ControlOffsetOffset) => nameof(ExplicitHeader.ControlOffset),
            nameof(HeaderLayout.RowsOffsetOffset) => nameof(ExplicitHeader.RowsOffset),
            nameof(HeaderLayout.DataOffsetOffset) => nameof(ExplicitHeader.DataOffset),
            _ => field[..^"Offset".Length],
        }, nameof(ExplicitHeader.Zero));

    [Fact]
    public void Row_constants_are_the_offsets_of_the_explicit_struct()
    {
        AssertSame<ExplicitRow>(typeof(RowLayout), field => field[..^"Offset".Length]);
        Assert.Equal(RowLayout.StrideBytes, sizeof(ExplicitRow));
    }

    [Fact]
    public void Control_constants_are_the_offsets_of_the_explicit_struct()
    {
        Dictionary<string, int> expected = [];
        foreach (FieldInfo field in typeof(ExplicitProducer).GetFields())
            expected[$"Producer{field.Name}Offset"] = OffsetIn<ExplicitControl>("Producer") + OffsetIn<ExplicitProducer>(field.Name);
        foreach (FieldInfo field in typeof(ExplicitConsumer).GetFields())
            expected[$"Consumer{field.Name}Offset"] = OffsetIn<ExplicitControl>("Consumer") + OffsetIn<ExplicitConsumer>(field.Name);
        expected[nameof(SpscLayout.CompletedOffset)] = OffsetIn<ExplicitControl>("Shared") + OffsetIn<ExplicitShared>("Completed");
        Assert.Equal(expected.OrderBy(e => e.Key), OffsetsOf(typeof(SpscLayout)).OrderBy(e => e.Key));
        Assert.Equal(SpscLayout.ControlBytes, sizeof(ExplicitControl));
    }

    [Fact]
    public void Fields_of_different_writers_are_at_least_128_bytes_apart()
    {
        List<(string Writer, int Offset)> fields = [.. OffsetsOf(typeof(SpscLayout)).Select(field =>
            (Writers.Single(writer => field.Key.StartsWith(writer.Prefix, StringComparison.Ordinal)).Writer, field.Value))];
        foreach ((string writer, int offset) in fields)
        {
            foreach ((string other, int otherOffset) in fields.Where(other => other.Writer != writer))
            {
                // Not merely 128 bytes between starts: no aligned pair of lines holds both.
                Assert.True(Math.Abs(offset - otherOffset) >= 128 || offset / 128 != otherOffset / 128,
                    $"{writer} at {offset} and {other} at {otherOffset} share a pair of cache lines");
            }
        }

        Assert.True(RowLayout.StrideBytes >= 128 && RowLayout.StrideBytes % 128 == 0);
        Assert.True(HeaderLayout.ReadyOffset / 128 > HeaderLayout.ChecksumOffset / 128, "the ready word lies among the identity");
    }

    [Fact]
    public void Every_area_of_a_region_starts_on_a_pair_of_cache_lines()
    {
        RingGeometry geometry = RingGeometry.ForSpsc(4096, 100, 0);
        Assert.Equal(0, geometry.ControlOffset % 128);
        Assert.Equal(0, geometry.RowsOffset % 128);
        Assert.Equal(0, geometry.DataOffset % 4096);
        Assert.True(geometry.ControlOffset >= HeaderLayout.PageBytes);
        Assert.True(geometry.RowsOffset >= geometry.ControlOffset + SpscLayout.ControlBytes);
        Assert.True(geometry.DataOffset >= geometry.RowsOffset + (geometry.RowCount * geometry.RowStrideBytes));
        Assert.True(geometry.TotalBytes >= geometry.DataOffset + geometry.CapacityBytes + geometry.OverhangBytes);
    }

    [Fact]
    public void Every_word_is_naturally_aligned()
    {
        foreach (KeyValuePair<string, int> field in OffsetsOf(typeof(SpscLayout)).Concat(OffsetsOf(typeof(MpmcLayout))).Concat(OffsetsOf(typeof(RowLayout))))
            Assert.Equal(0, field.Value % sizeof(long));
        Assert.Equal(0, HeaderLayout.ReadyOffset % sizeof(long));
    }

    [Fact]
    public void The_map_points_where_the_layout_says()
    {
        RingGeometry geometry = RingGeometry.ForSpsc(1024, 100, 0);
        using NativeRegion region = new(geometry);
        ExplicitControl* control = (ExplicitControl*)(region.Base + geometry.ControlOffset);
        Assert.True(&control->Shared.Completed == region.Map.Completed);
        Assert.True(&control->Producer.Position == region.Map.ProducerPosition);
        Assert.True(&control->Producer.Messages == region.Map.ProducerMessages);
        Assert.True(&control->Producer.Aborted == region.Map.ProducerAborted);
        Assert.True(&control->Producer.Takeovers == region.Map.ProducerTakeovers);
        Assert.True(&control->Consumer.Position == region.Map.ConsumerPosition);
        Assert.True(&control->Consumer.Messages == region.Map.ConsumerMessages);
        Assert.True(&control->Consumer.Redelivered == region.Map.ConsumerRedelivered);
        Assert.True(&control->Consumer.Takeovers == region.Map.ConsumerTakeovers);
        Assert.True(&control->Consumer.RedeliverBelow == region.Map.RedeliverBelow);
        Assert.True(&control->Consumer.DeliveredThrough == region.Map.DeliveredThrough);
        Assert.True(region.Base + geometry.DataOffset == region.Map.Data);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(8L)]
    [InlineData(1016L)]
    [InlineData(1024L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1L)]
    public void A_header_lies_inside_the_ring_whatever_its_position(long position)
    {
        using NativeRegion region = new(RingGeometry.ForSpsc(1024, 100, 0));
        long offset = (byte*)region.Map.HeaderAt(position) - region.Map.Data;
        Assert.InRange(offset, 0, 1023);
    }

    [Theory]
    [InlineData(1, 0u)]
    [InlineData(int.MaxValue, uint.MaxValue)]
    [InlineData(4711, 0x8000_0000u)]
    public void An_owner_word_gives_back_its_process_and_start_time(int processId, uint tag)
    {
        long owner = RowLayout.PackOwner(processId, tag);
        Assert.NotEqual(RowLayout.FreeOwner, owner);
        Assert.Equal(processId, RowLayout.ProcessIdOf(owner));
        Assert.Equal(tag, RowLayout.StartTimeTagOf(owner));
    }

    private static Dictionary<string, int> OffsetsOf(Type layout) => layout
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral && field.Name.EndsWith("Offset", StringComparison.Ordinal))
        .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);

    [Fact]
    public void Mpmc_control_constants_are_the_offsets_of_the_explicit_struct()
    {
        AssertSame<ExplicitMpmcControl>(typeof(MpmcLayout), field => field[..^"Offset".Length]);
        Assert.Equal(MpmcLayout.ControlBytes, sizeof(ExplicitMpmcControl));
    }

    [Fact]
    public void Mpmc_words_of_different_writers_are_at_least_128_bytes_apart()
    {
        // Everybody, producers, consumers, survivors.
        IEnumerable<int> blocks = OffsetsOf(typeof(MpmcLayout)).Select(field => field.Value / 128).Distinct().Order();
        Assert.Equal([0, 1, 2, 3], blocks);
        Assert.NotEqual(MpmcLayout.ProducerPositionOffset / 128, MpmcLayout.ConsumerPositionOffset / 128);
        // In a row, the words that its owner writes at every message have a cache line without the identity that others poll.
        Assert.Equal(RowLayout.AttachTimeOffset / 64 + 1, RowLayout.IntervalStartOffset / 64);
        Assert.Equal(RowLayout.IntervalStartOffset / 64, RowLayout.MessagesRedeliveredOffset / 64);
    }

    [Fact]
    public void Broadcast_control_constants_are_the_offsets_of_the_explicit_struct()
    {
        AssertSame<ExplicitBroadcastControl>(typeof(BroadcastLayout), field => field[..^"Offset".Length]);
        Assert.Equal(MpmcLayout.ControlBytes, sizeof(ExplicitBroadcastControl));
        // Everybody, writers at every claim, writers now and then, survivors.
        Assert.Equal([0, 1, 2, 3], OffsetsOf(typeof(BroadcastLayout)).Select(field => field.Value / 128).Distinct().Order());
    }

    private static int OffsetIn<T>(string field) => (int)Marshal.OffsetOf<T>(field);

    private static void AssertSame<T>(Type layout, Func<string, string> fieldOf, params string[] unnamed)
    {
        Dictionary<string, int> actual = OffsetsOf(layout).ToDictionary(offset => fieldOf(offset.Key), offset => offset.Value);
        Dictionary<string, int> expected = typeof(T).GetFields()
            .Where(field => !unnamed.Contains(field.Name))
            .ToDictionary(field => field.Name, field => OffsetIn<T>(field.Name));
        Assert.Equal(expected.OrderBy(e => e.Key), actual.OrderBy(e => e.Key));
    }
}
