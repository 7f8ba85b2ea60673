using System.Buffers.Binary;
using System.Numerics;
using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Damages a region's bytes: blindly, and where it hurts (words of the control lines and rows, record headers, header fields with
/// a checksum that fits again).
/// </summary>
internal sealed class RegionMutator(Random random)
{
    private static readonly long[] Troublemakers =
    [
        0, 1, 7, 8, 16, 64, 4096, -1, -8, long.MinValue, long.MaxValue, long.MaxValue - 7, 1L << 31, 1L << 62, (1L << 62) + 8,
        int.MaxValue, int.MinValue, 0x8000_0000, 0xFFFF_FFFF, 0x8000_0008, 0x1_8000_0000,
    ];

    private static readonly (int Offset, int Bytes)[] HeaderFields =
    [
        (HeaderLayout.FormatMajorOffset, 2), (HeaderLayout.FormatMinorOffset, 2), (HeaderLayout.KindOffset, 4),
        (HeaderLayout.FlagsOffset, 4), (HeaderLayout.LivenessModelOffset, 4), (HeaderLayout.TotalBytesOffset, 8),
        (HeaderLayout.CapacityBytesOffset, 8), (HeaderLayout.OverhangBytesOffset, 8), (HeaderLayout.MaxMessageBytesOffset, 8),
        (HeaderLayout.FixedMessageBytesOffset, 8), (HeaderLayout.ControlOffsetOffset, 8), (HeaderLayout.RowsOffsetOffset, 8),
        (HeaderLayout.RowCountOffset, 4), (HeaderLayout.RowStrideBytesOffset, 4), (HeaderLayout.DataOffsetOffset, 8),
        (HeaderLayout.CreationTimeOffset, 8), (HeaderLayout.CreationIdOffset, 8), (HeaderLayout.ReadyOffset, 8),
        (HeaderLayout.MagicOffset, 8),
    ];

    /// <summary>Damages the bytes of a region that nobody has open, and sometimes their number.</summary>
    public byte[] MutateFile(byte[] image, in RingGeometry geometry)
    {
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            if (random.Next(3) == 0)
            {
                MutateHeaderField(image);
                continue;
            }

            (int offset, byte[] bytes) = Patch(image, geometry);
            bytes.CopyTo(image, offset);
        }

        if (random.Next(6) != 0)
            return image;
        byte[] resized = new byte[random.Next(image.Length + 8192)];
        random.NextBytes(resized);
        image.AsSpan(0, Math.Min(image.Length, resized.Length)).CopyTo(resized);
        return resized;
    }

    /// <summary>One change of a region in use: where, and the new bytes. Never changes the length.</summary>
    public (int Offset, byte[] Bytes) Patch(ReadOnlySpan<byte> image, in RingGeometry geometry)
    {
        int kind = random.Next(8);
        if (kind > 2 && geometry.Kind == RingKind.Mpmc)
            return new MpmcMutator(random, geometry).Patch(Trouble(geometry));
        if (kind > 2 && geometry.Kind == RingKind.Broadcast)
            return new BroadcastMutator(random, geometry).Patch(Trouble(geometry));
        if (kind > 2 && geometry.Kind == RingKind.State)
            return new StateMutator(random, geometry).Patch(Trouble(geometry));
        switch (kind)
        {
            case 0:
                int at = random.Next(image.Length);
                return (at, [(byte)(image[at] ^ (1 << random.Next(8)))]);
            case 1:
                byte[] noise = new byte[random.Next(1, 512)];
                random.NextBytes(noise);
                return (random.Next(image.Length - noise.Length), noise);
            case 2:
                int length = random.Next(1, 512);
                return (random.Next(image.Length - length), image.Slice(random.Next(image.Length - length), length).ToArray());
            case 3:
                return (RowWord(geometry), Word(Trouble(geometry)));
            case 4 or 5:
                return (RecordHeader(geometry), Word(RecordLayout.EncodeHeader((int)Trouble(geometry), random.Next())));
            default:
                return ((int)geometry.ControlOffset + ControlWord(), Word(Trouble(geometry)));
        }
    }

    /// <summary>A whole ring that never ends: of headers, or of words; one that retains nonsense; a cell with no buffer left.</summary>
    public (int Offset, byte[] Bytes) Endless(ReadOnlySpan<byte> image, in RingGeometry geometry) => geometry.Kind switch
    {
        RingKind.Mpmc => new MpmcMutator(random, geometry).EndlessWords(image),
        RingKind.Broadcast => random.Next(2) == 0
            ? new MpmcMutator(random, geometry).EndlessWords(image)
            : new BroadcastMutator(random, geometry).Retained(),
        RingKind.State => new StateMutator(random, geometry).Endless(),
        _ => ((int)geometry.DataOffset, EndlessRecords(geometry)),
    };

    private byte[] EndlessRecords(in RingGeometry geometry)
    {
        byte[] data = new byte[geometry.CapacityBytes];
        int length = random.Next(0, (int)Math.Min(geometry.MaxMessageBytes, 40) + 1);
        for (int offset = 0; offset + sizeof(long) <= data.Length; offset += sizeof(long))
            BinaryPrimitives.WriteInt64LittleEndian(data.AsSpan(offset), RecordLayout.EncodeHeader(length, offset));
        return data;
    }

    private void MutateHeaderField(byte[] image)
    {
        (int offset, int bytes) = HeaderFields[random.Next(HeaderFields.Length)];
        long old = BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(offset));
        long value = random.Next(4) switch
        {
            0 => old + random.Next(-64, 65),
            1 => old << random.Next(1, 8),
            2 => old ^ (1L << random.Next(64)),
            _ => Troublemakers[random.Next(Troublemakers.Length)],
        };
        Span<byte> word = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(word, value);
        word[..bytes].CopyTo(image.AsSpan(offset));
        if (random.Next(4) != 0)
            FixChecksum(image);
    }

    private static void FixChecksum(byte[] image)
    {
        uint crc = uint.MaxValue;
        for (int offset = 0; offset < HeaderLayout.ChecksumOffset; offset += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(offset)));
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(HeaderLayout.ChecksumOffset), ~crc);
    }

    private int ControlWord()
    {
        int[] words =
        [
            SpscLayout.CompletedOffset, SpscLayout.ProducerPositionOffset, SpscLayout.ProducerMessagesOffset,
            SpscLayout.ProducerAbortedOffset, SpscLayout.ProducerTakeoversOffset, SpscLayout.ConsumerPositionOffset,
            SpscLayout.ConsumerPositionOffset, SpscLayout.ProducerPositionOffset, SpscLayout.ConsumerMessagesOffset,
            SpscLayout.ConsumerRedeliveredOffset, SpscLayout.ConsumerTakeoversOffset, SpscLayout.ConsumerRedeliverBelowOffset,
            SpscLayout.ConsumerDeliveredThroughOffset,
        ];
        return words[random.Next(words.Length)];
    }

    private int RowWord(in RingGeometry geometry) => (int)geometry.RowsOffset
        + (random.Next(geometry.RowCount) * geometry.RowStrideBytes) + (sizeof(long) * random.Next(5));

    private int RecordHeader(in RingGeometry geometry) =>
        (int)(geometry.DataOffset + (sizeof(long) * random.NextInt64(geometry.CapacityBytes / sizeof(long))));

    private long Trouble(in RingGeometry geometry) => random.Next(5) switch
    {
        0 => random.NextInt64(),
        1 => random.NextInt64(geometry.CapacityBytes * 4) & -8,
        2 => geometry.MaxMessageBytes + random.Next(-9, 10),
        3 => geometry.CapacityBytes + random.Next(-17, 18),
        _ => Troublemakers[random.Next(Troublemakers.Length)],
    };

    private static byte[] Word(long value) => BitConverter.GetBytes(value);
}
