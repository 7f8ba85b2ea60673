using System.Buffers.Binary;
using RingShm.Layout;

namespace RingShm.Tests.Layout;

/// <summary>The identity page of the kinds with any number of rows: what RegionHeaderTests say of SPSC, as far as it is another thing there.</summary>
public abstract class ManyRowsHeader
{
    private RegionHeader Sample => new(
        Geometries(KnownFlags).First(), LivenessModel.FileLocks, 0, 1_700_000_000_123_456, new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    private protected abstract int KnownFlags { get; }

    private protected abstract RingGeometry[] Geometries(int flags);

    [Fact]
    public void A_header_comes_back_as_it_was_written()
    {
        for (int flags = 0; flags <= KnownFlags; flags++)
        {
            foreach (RingGeometry geometry in Geometries(flags))
            {
                RegionHeader header = Sample with { Geometry = geometry };
                Assert.Equal(header, Decode(Page(header)));
            }
        }
    }

    [Fact]
    public void An_unknown_flag_is_a_mismatch_that_names_it()
    {
        foreach (int flag in new[] { KnownFlags + 1, 1 << 30, int.MinValue })
        {
            Assert.Contains(
                $"0x{flag | KnownFlags:X8}",
                Assert.Throws<RingMismatchException>(
                    () => Decode(Changed(page => BinaryPrimitives.WriteInt32LittleEndian(page[16..], flag | KnownFlags)))).Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(8193)]
    [InlineData(int.MaxValue)]
    public void A_number_of_rows_that_no_ring_has_is_corruption_that_names_it(int rows) => Assert.Contains(
        $"{rows} participant rows",
        Assert.Throws<RingCorruptException>(() => Decode(Changed(page => BinaryPrimitives.WriteInt32LittleEndian(page[80..], rows)))).Message);

    /// <summary>A checksum protects from accidents, not from somebody who can compute one.</summary>
    [Theory]
    [InlineData(24)] // total bytes
    [InlineData(32)] // capacity
    [InlineData(40)] // overhang
    [InlineData(48)] // maximum message
    [InlineData(56)] // fixed message
    [InlineData(64)] // control offset
    [InlineData(72)] // rows offset
    [InlineData(80)] // row count and stride
    [InlineData(88)] // data offset
    public void A_geometry_that_contradicts_itself_is_refused_even_with_a_right_checksum(int offset)
    {
        long[] wrong = [0, 1, -1, 63, 65, 4097, long.MaxValue, long.MinValue, 1L << 46, (1L << 46) + 1, 1L << 62, 5, 1000 + 4096];
        long right = BinaryPrimitives.ReadInt64LittleEndian(Page(Sample).AsSpan(offset));
        foreach (long value in wrong.Where(value => value != right))
        {
            Exception? refused = Record.Exception(() => Decode(Changed(page => BinaryPrimitives.WriteInt64LittleEndian(page[offset..], value))));
            Assert.True(refused is RingCorruptException, $"offset {offset}, value {value}: {refused}");
        }
    }

    [Fact]
    public void Random_geometries_are_refused_in_words()
    {
        Random random = new(20240301);
        for (int round = 0; round < 5000; round++)
        {
            byte[] page = Changed(bytes =>
            {
                int field = 24 + (8 * random.Next(9));
                BinaryPrimitives.WriteInt64LittleEndian(bytes[field..], random.Next(3) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : 1L << random.Next(64));
            });
            Exception? refused = Record.Exception(() => Decode(page));
            Assert.True(refused is null or RingCorruptException, $"{refused}");
        }
    }

    private static byte[] Page(RegionHeader header)
    {
        byte[] page = new byte[4096];
        header.Encode(page);
        return page;
    }

    private static RegionHeader Decode(byte[] page) => RegionHeader.Decode(page, "sample", long.MaxValue);

    private byte[] Changed(Change change)
    {
        byte[] page = Page(Sample);
        change(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(0x78), RegionHeaderTests.Crc32C(page.AsSpan(0, 0x78)));
        return page;
    }

    private delegate void Change(Span<byte> page);
}

public sealed class StateHeaderTests : ManyRowsHeader
{
    private protected override int KnownFlags => RingGeometry.KnownStateFlags;

    private protected override RingGeometry[] Geometries(int flags) =>
        [RingGeometry.ForState(1000, 0, 6, flags), RingGeometry.ForState(1000, 0, 1, flags), RingGeometry.ForState(0, 24, 8190, flags), RingGeometry.ForState(0, 0, 64, flags)];
}

public sealed class MpmcHeaderTests : ManyRowsHeader
{
    private protected override int KnownFlags => RingGeometry.KnownFlags;

    private protected override RingGeometry[] Geometries(int flags) =>
        [RingGeometry.ForMpmc(4096, 1000, 0, 6, flags), RingGeometry.ForMpmc(4096, 1000, 0, 1, flags), RingGeometry.ForMpmc(1 << 20, 0, 24, 8190, flags), RingGeometry.ForMpmc(64, 0, 0, 64, flags)];
}
