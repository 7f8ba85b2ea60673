using RingShm.Layout;

namespace RingShm.Tests.Layout;

public sealed class RecordLayoutTests
{
    private static readonly int[] Lengths =
        [0, 1, 7, 8, 9, 15, 16, 17, 255, 256, 65535, 65536, (1 << 30) - 1, 1 << 30, int.MaxValue - 65, int.MaxValue - 64];

    private static readonly int[] Types = [0, 1, -1, int.MinValue, int.MaxValue, 0x1234_5678];

    [Fact]
    public void A_header_gives_back_its_length_and_type_and_is_never_the_unpublished_word()
    {
        foreach (int length in Lengths)
        {
            foreach (int type in Types)
            {
                long header = RecordLayout.EncodeHeader(length, type);
                Assert.NotEqual(RecordLayout.Unpublished, header);
                Assert.Equal(length, RecordLayout.LengthOf(header));
                Assert.Equal(type, RecordLayout.TypeOf(header));
                Assert.True(RecordLayout.IsPublished(header, length));
                Assert.True(RecordLayout.IsPublishedWithLength(header, length));
            }
        }
    }

    [Fact]
    public void The_bits_lie_where_the_format_draws_them()
    {
        ulong header = (ulong)RecordLayout.EncodeHeader(0x0012_3456, unchecked((int)0xCAFE_BABE));
        Assert.Equal(0x0012_3456ul, header & 0x7FFF_FFFF);
        Assert.Equal(1ul, (header >> 31) & 1);
        Assert.Equal(0xCAFE_BABEul, header >> 32);
        Assert.Equal(0x0000_0000_8000_0000, RecordLayout.EncodeHeader(0, 0));
    }

    [Fact]
    public void A_header_without_the_published_bit_is_never_published()
    {
        foreach (int length in Lengths)
        {
            foreach (int type in Types)
            {
                long header = RecordLayout.EncodeHeader(length, type) & ~(1L << 31);
                Assert.False(RecordLayout.IsPublished(header, int.MaxValue - 64));
                Assert.False(RecordLayout.IsPublishedWithLength(header, length));
            }
        }
    }

    [Fact]
    public void A_header_longer_than_the_ring_allows_is_not_published()
    {
        foreach (int limit in Lengths)
        {
            Assert.False(RecordLayout.IsPublished(RecordLayout.EncodeHeader(limit + 1, 0), limit));
            Assert.False(RecordLayout.IsPublished(RecordLayout.EncodeHeader(int.MaxValue, 0), limit));
            Assert.False(RecordLayout.IsPublishedWithLength(RecordLayout.EncodeHeader(limit + 1, 0), limit));
        }
    }

    [Fact]
    public void A_record_is_header_and_payload_rounded_up_to_eight()
    {
        foreach (int length in Lengths)
        {
            long size = RecordLayout.SizeOf(length);
            Assert.Equal((8L + length + 7) / 8 * 8, size);
            Assert.InRange(size, 8, int.MaxValue);
        }
    }
}
