using System.Globalization;
using System.Reflection;
using RingShm.Layout;

namespace RingShm.Tests.Layout;

/// <summary>docs/FORMAT.md is normative, so its tables and the code's constants must be the same numbers.</summary>
public sealed class FormatDocumentTests
{
    private static readonly Type[] Layouts =
        [
            typeof(HeaderLayout), typeof(SpscLayout), typeof(MpmcLayout), typeof(MpmcWord), typeof(BroadcastLayout), typeof(DoorbellLayout), typeof(RowLayout),
            typeof(RecordLayout), typeof(RingGeometry), typeof(StateLayout), typeof(StateWord), typeof(StateBufferLayout), typeof(StateRowLayout),
        ];

    /// <summary>What a creator asks for when its caller does not say; no other program needs to know.</summary>
    private static readonly string[] Defaults = ["RingGeometry.DefaultCapacityBytes", "MpmcLayout.DefaultParticipants", "StateLayout.DefaultParticipants", "StateLayout.DefaultMaxValueBytes"];


    private static readonly string[] Document = Embedded.Lines("FORMAT.md");

    [Theory]
    [InlineData("Identity page", typeof(HeaderLayout))]
    [InlineData("Control lines", typeof(SpscLayout))]
    [InlineData("MPMC control lines", typeof(MpmcLayout))]
    [InlineData("Broadcast control lines", typeof(BroadcastLayout))]
    [InlineData("Doorbells", typeof(DoorbellLayout))]
    [InlineData("Participant rows", typeof(RowLayout))]
    [InlineData("State control lines", typeof(StateLayout))]
    [InlineData("State rows", typeof(StateRowLayout))]
    [InlineData("State buffers", typeof(StateBufferLayout))]
    public void Every_offset_of_the_code_is_in_the_document_and_the_other_way_round(string section, Type layout)
    {
        IEnumerable<(string, long)> documented = Table(section, "Offset").Select(row => (row[2] + "Offset", Number(row[0])));
        IEnumerable<(string, long)> coded = Constants(layout).Where(constant => constant.Name.EndsWith("Offset", StringComparison.Ordinal));
        Assert.Equal(coded.Order(), documented.Order());
    }

    [Theory]
    [InlineData("Identity page")]
    [InlineData("Control lines")]
    [InlineData("MPMC control lines")]
    [InlineData("Broadcast control lines")]
    [InlineData("Doorbells")]
    [InlineData("Participant rows")]
    [InlineData("State control lines")]
    [InlineData("State rows")]
    [InlineData("State buffers")]
    public void Documented_fields_do_not_overlap_and_are_aligned(string section)
    {
        long end = 0;
        foreach (string[] row in Table(section, "Offset"))
        {
            long offset = Number(row[0]);
            long bytes = Number(row[1]);
            Assert.True(offset >= end, $"{row[2]} overlaps what is before it");
            Assert.Equal(0, offset % Math.Min(bytes, 8));
            end = offset + bytes;
        }
    }

    [Fact]
    public void Every_other_constant_of_the_code_is_in_the_document_and_the_other_way_round()
    {
        IEnumerable<(string, long)> documented = Table("The region", "Constant").Select(row => (row[0], Number(row[1])));
        IEnumerable<(string, long)> coded = Layouts.SelectMany(layout => Constants(layout)
            .Where(constant => !constant.Name.EndsWith("Offset", StringComparison.Ordinal))
            .Select(constant => ($"{layout.Name}.{constant.Name}", constant.Value)))
            .Where(constant => !Defaults.Contains(constant.Item1));
        Assert.Equal(coded.Order(), documented.Order());
    }

    [Fact]
    public void The_documented_geometries_are_the_computed_ones()
    {
        List<string[]> rows = Table("Identity page", "Capacity asked");
        Assert.True(rows.Count >= 5);
        foreach (string[] row in rows)
        {
            RingGeometry geometry = RingGeometry.ForSpsc(Number(row[0]), Number(row[1]), Number(row[2]));
            Assert.Equal(
                [geometry.CapacityBytes, geometry.MaxMessageBytes, geometry.OverhangBytes, geometry.DataOffset, geometry.TotalBytes],
                row[3..].Select(Number));
            Assert.Equal(0x1000, geometry.ControlOffset);
            Assert.Equal(0x2000, geometry.RowsOffset);
        }
    }

    [Fact]
    public void The_documented_mpmc_geometries_are_the_computed_ones()
    {
        List<string[]> rows = Table("Identity page", "Capacity for MPMC");
        Assert.True(rows.Count >= 5);
        foreach (string[] row in rows)
        {
            RingGeometry geometry = RingGeometry.ForMpmc(Number(row[0]), Number(row[1]), Number(row[2]), (int)Number(row[3]), 0);
            Assert.Equal(
                [
                    geometry.MaxMessageBytes, geometry.GranuleBytes, geometry.GranuleCount, geometry.WordsOffset, geometry.DataOffset,
                    geometry.OverhangBytes, geometry.TotalBytes,
                ],
                row[4..].Select(Number));
            Assert.Equal(0x1000, geometry.ControlOffset);
            Assert.Equal(0x2000, geometry.RowsOffset);
            Assert.Equal(Number(row[3]) + 2, geometry.RowCount);
        }
    }

    [Fact]
    public void The_documented_slot_words_and_states_are_the_encoded_ones()
    {
        Assert.Equal(
            Enum.GetValues<SlotState>().Select(state => ($"{state}", (long)state)),
            Table("MPMC slots", "State").Select(row => (row[0], Number(row[1]))));
        List<string[]> rows = Table("MPMC slots", "Lap");
        Assert.Equal(Enum.GetValues<SlotState>().Length, rows.Count);
        foreach (string[] row in rows)
        {
            uint lap = (uint)Number(row[0]);
            int granules = (int)Number(row[2]);
            int owner = (int)Number(row[3]);
            long word = (SlotState)Number(row[1]) switch
            {
                SlotState.Free => MpmcWord.Free(lap),
                SlotState.Full => MpmcWord.Full(lap, granules),
                SlotState.Skip => MpmcWord.Skip(lap, granules),
                SlotState.Writing => MpmcWord.Writing(lap, granules, owner),
                SlotState.Reading => MpmcWord.Reading(lap, granules, owner),
                _ => MpmcWord.Returned(lap, granules),
            };
            Assert.Equal(Number(row[4]), word);
        }
    }

    [Fact]
    public void The_documented_record_headers_are_the_encoded_ones()
    {
        List<string[]> rows = Table("Records", "Payload bytes");
        Assert.True(rows.Count >= 3);
        foreach (string[] row in rows)
        {
            int length = (int)Number(row[0]);
            Assert.Equal(Number(row[2]), RecordLayout.EncodeHeader(length, (int)Number(row[1])));
            Assert.Equal(Number(row[3]), RecordLayout.SizeOf(length));
        }
    }

    [Fact]
    public void The_documented_enumerations_are_the_coded_ones()
    {
        Dictionary<string, string> header = Table("Identity page", "Offset").ToDictionary(row => row[2], row => row[3]);
        Assert.Contains($"{(int)LivenessModel.FileLocks} = file locks", header["LivenessModel"]);
        Assert.Contains($"{(int)LivenessModel.ProcessHandles} = process handles", header["LivenessModel"]);
        foreach (RingKind kind in Enum.GetValues<RingKind>().Where(kind => kind != RingKind.None))
            Assert.Contains($"{(int)kind} = {kind.ToString().ToUpperInvariant()}", header["Kind"]);
        Assert.Contains("bit 0 = one producer, bit 1 = one consumer, bit 2 = what dead consumers held is dropped", header["Flags"]);
        Assert.Equal((1, 2, 4), (RingGeometry.PackFlags(true, false, false), RingGeometry.PackFlags(false, true, false), RingGeometry.PackFlags(false, false, true)));
        string role = Table("Participant rows", "Offset").Single(row => row[2] == "Role")[3];
        Assert.Contains($"{(int)ParticipantRole.Producer} = producer", role);
        Assert.Contains($"{(int)ParticipantRole.Consumer} = consumer", role);
    }

    /// <summary>The cells of the table in this section whose first column has this heading.</summary>
    internal static List<string[]> Table(string section, string firstColumn)
    {
        List<string[]> rows = [.. Document
            .SkipWhile(line => line != "## " + section).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .SkipWhile(line => !line.StartsWith($"| {firstColumn} |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
        Assert.NotEmpty(rows);
        return rows;
    }

    private static IEnumerable<(string Name, long Value)> Constants(Type layout) => layout
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .Select(field => (field.Name, Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));

    internal static long Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : long.Parse(text, CultureInfo.InvariantCulture);
}
