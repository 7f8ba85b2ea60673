using System.Buffers.Binary;
using System.Text;
using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed class RegionHeaderTests
{
    private static readonly RegionHeader Sample = new(
        RingGeometry.ForSpsc(4096, 1000, 0), LivenessModel.FileLocks, 0, 1_700_000_000_123_456,
        new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    [Fact]
    public void A_header_comes_back_as_it_was_written()
    {
        RegionHeader typed = Sample with { Geometry = RingGeometry.ForSpsc(1 << 20, 0, 24), Liveness = LivenessModel.ProcessHandles };
        foreach (RegionHeader header in new[] { Sample, typed })
            Assert.Equal(header, Decode(Page(header)));
    }

    [Fact]
    public void Every_single_bit_flip_in_the_identity_is_refused()
    {
        byte[] good = Page(Sample);
        for (int bit = 0; bit < 0x7C * 8; bit++)
        {
            byte[] page = (byte[])good.Clone();
            page[bit / 8] ^= (byte)(1 << (bit % 8));
            RingException refused = Assert.ThrowsAny<RingException>(() => Decode(page));
            Assert.True(refused is RingCorruptException or RingMismatchException, $"bit {bit}: {refused.GetType()}");
            Assert.Contains("'sample'", refused.Message);
        }
    }

    [Fact]
    public void Another_major_version_is_a_mismatch_that_names_both()
    {
        RingMismatchException refused = Assert.Throws<RingMismatchException>(
            () => Decode(Changed(page => BinaryPrimitives.WriteUInt16LittleEndian(page[8..], 2))));
        Assert.Contains("version 2", refused.Message);
        Assert.Contains("version 1", refused.Message);
    }

    [Fact]
    public void Another_minor_version_is_read() =>
        Assert.Equal(9, Decode(Changed(page => BinaryPrimitives.WriteUInt16LittleEndian(page[10..], 9))).FormatMinor);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Another_kind_is_a_mismatch_that_names_it(int kind) => Assert.Contains(
        $"kind {kind}",
        Assert.Throws<RingMismatchException>(
            () => Decode(Changed(page => BinaryPrimitives.WriteInt32LittleEndian(page[12..], kind)))).Message);

    [Fact]
    public void An_unknown_flag_is_a_mismatch_that_names_it() => Assert.Contains(
        "0x80000001",
        Assert.Throws<RingMismatchException>(
            () => Decode(Changed(page => BinaryPrimitives.WriteUInt32LittleEndian(page[16..], 0x8000_0001)))).Message);

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
        long[] wrong = [0, 1, -1, 63, 65, 4097, long.MaxValue, long.MinValue, 1L << 46, (1L << 46) + 1, 1L << 62];
        long right = BinaryPrimitives.ReadInt64LittleEndian(Page(Sample).AsSpan(offset));
        foreach (long value in wrong.Where(value => value != right))
        {
            RingException? refused = Record.Exception(() => Decode(
                Changed(page => BinaryPrimitives.WriteInt64LittleEndian(page[offset..], value)))) as RingException;
            Assert.True(refused is RingCorruptException, $"offset {offset}, value {value}: {refused}");
        }
    }

    [Fact]
    public void A_file_shorter_than_its_header_says_is_refused_with_both_lengths()
    {
        long whole = Sample.Geometry.TotalBytes;
        RingCorruptException refused = Assert.Throws<RingCorruptException>(() => RegionHeader.Decode(Page(Sample), "sample", whole - 1));
        Assert.Contains((whole - 1).ToString(), refused.Message);
        Assert.Contains(whole.ToString(), refused.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(128)]
    [InlineData(4095)]
    public void A_page_that_is_too_short_is_refused(int length) =>
        Assert.Throws<RingCorruptException>(() => RegionHeader.Decode(Page(Sample).AsSpan(0, length), "sample", length));

    [Fact]
    public void Random_pages_are_refused()
    {
        Random random = new(20240229);
        byte[] page = new byte[4096];
        for (int round = 0; round < 2000; round++)
        {
            random.NextBytes(page);
            // Half of them get past the magic and the version, a quarter past the checksum.
            if (round % 2 == 0)
                Page(Sample).AsSpan(0, 0x18).CopyTo(page);
            if (round % 4 == 0)
                BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(0x78), Crc32C(page.AsSpan(0, 0x78)));
            Assert.Throws<RingCorruptException>(() => Decode(page));
        }
    }

    [Fact]
    public void The_checksum_is_the_published_crc_32c()
    {
        // The check value of CRC-32C (Castagnoli) is the sum of "123456789".
        Assert.Equal(0xE306_9283u, Crc32C(Encoding.ASCII.GetBytes("123456789")));
        byte[] page = Page(Sample);
        Assert.Equal(Crc32C(page.AsSpan(0, 0x78)), BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(0x78)));
    }

    [Fact]
    public void Encoding_leaves_the_ready_word_and_the_rest_of_the_page_zero()
    {
        byte[] page = new byte[4096];
        page.AsSpan().Fill(0xFF);
        Sample.Encode(page);
        Assert.False(page.AsSpan(0x7C).ContainsAnyExcept((byte)0));
    }

    /// <summary>Bit by bit, reflected, as the standard defines it: nothing in common with the shipped code.</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFF_FFFF;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1;
        }

        return ~crc;
    }

    private static byte[] Page(RegionHeader header)
    {
        byte[] page = new byte[4096];
        header.Encode(page);
        return page;
    }

    private static RegionHeader Decode(byte[] page) => RegionHeader.Decode(page, "sample", long.MaxValue);

    private static byte[] Changed(Change change)
    {
        byte[] page = Page(Sample);
        change(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(0x78), Crc32C(page.AsSpan(0, 0x78)));
        return page;
    }

    private delegate void Change(Span<byte> page);
}
