using System.Buffers.Binary;
using System.Numerics;

namespace RingShm.Layout;

/// <summary>The identity page as values: what a creator writes and what an opener has validated.</summary>
internal sealed record RegionHeader(
    RingGeometry Geometry, LivenessModel Liveness, ushort FormatMinor, long CreationTimeUnixMicroseconds, Guid CreationId)
{
    /// <summary>Bytes covered by the checksum, and the checksum word behind them.</summary>
    private const int IdentityBytes = HeaderLayout.ChecksumOffset;

    /// <summary>How this operating system tells the dead.</summary>
    public static LivenessModel LivenessHere =>
        OperatingSystem.IsWindows() ? LivenessModel.ProcessHandles : LivenessModel.FileLocks;

    /// <summary>The identity of a region that is being made now.</summary>
    public static RegionHeader New(in RingGeometry geometry) =>
        new(geometry, LivenessHere, HeaderLayout.FormatMinor, UnixTime.NowMicroseconds, Guid.NewGuid());

    /// <summary>Writes the identity into a page image. Everything but the ready word.</summary>
    public void Encode(Span<byte> page)
    {
        page[..HeaderLayout.PageBytes].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.MagicOffset..], HeaderLayout.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(page[HeaderLayout.FormatMajorOffset..], HeaderLayout.FormatMajor);
        BinaryPrimitives.WriteUInt16LittleEndian(page[HeaderLayout.FormatMinorOffset..], FormatMinor);
        BinaryPrimitives.WriteInt32LittleEndian(page[HeaderLayout.KindOffset..], (int)Geometry.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(page[HeaderLayout.FlagsOffset..], Geometry.Flags);
        BinaryPrimitives.WriteInt32LittleEndian(page[HeaderLayout.LivenessModelOffset..], (int)Liveness);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.TotalBytesOffset..], Geometry.TotalBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.CapacityBytesOffset..], Geometry.CapacityBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.OverhangBytesOffset..], Geometry.OverhangBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.MaxMessageBytesOffset..], Geometry.MaxMessageBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.FixedMessageBytesOffset..], Geometry.FixedMessageBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.ControlOffsetOffset..], Geometry.ControlOffset);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.RowsOffsetOffset..], Geometry.RowsOffset);
        BinaryPrimitives.WriteInt32LittleEndian(page[HeaderLayout.RowCountOffset..], Geometry.RowCount);
        BinaryPrimitives.WriteInt32LittleEndian(page[HeaderLayout.RowStrideBytesOffset..], Geometry.RowStrideBytes);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.DataOffsetOffset..], Geometry.DataOffset);
        BinaryPrimitives.WriteInt64LittleEndian(page[HeaderLayout.CreationTimeOffset..], CreationTimeUnixMicroseconds);
        CreationId.TryWriteBytes(page[HeaderLayout.CreationIdOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[HeaderLayout.ChecksumOffset..], Checksum(page));
    }

    /// <summary>Validates a copy of the page, field by field, and computes the geometry anew.</summary>
    /// <exception cref="RingCorruptException">Not a region, or one whose identity was damaged.</exception>
    /// <exception cref="RingMismatchException">A region of another format version or an unknown kind.</exception>
    public static RegionHeader Decode(ReadOnlySpan<byte> page, string name, long actualBytes)
    {
        if (page.Length < HeaderLayout.PageBytes)
            throw new RingCorruptException($"'{name}' is too short for a region: {page.Length} bytes, a header has {HeaderLayout.PageBytes}.");
        long magic = BinaryPrimitives.ReadInt64LittleEndian(page[HeaderLayout.MagicOffset..]);
        if (magic != HeaderLayout.Magic)
            throw new RingCorruptException($"'{name}' is not a RingShm region: its first word is 0x{magic:X16}.");
        ushort major = BinaryPrimitives.ReadUInt16LittleEndian(page[HeaderLayout.FormatMajorOffset..]);
        if (major != HeaderLayout.FormatMajor)
            throw new RingMismatchException($"'{name}' has format version {major}; this library reads version {HeaderLayout.FormatMajor}.");
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(page[HeaderLayout.ChecksumOffset..]);
        uint computed = Checksum(page);
        if (stored != computed)
            throw new RingCorruptException($"'{name}' has a damaged header: checksum 0x{stored:X8}, its bytes give 0x{computed:X8}.");
        RingGeometry geometry = DecodeGeometry(page, name);
        if (geometry.TotalBytes > actualBytes)
            throw new RingCorruptException($"'{name}' is too short: {actualBytes} bytes, its header says {geometry.TotalBytes}.");
        return new RegionHeader(
            geometry,
            (LivenessModel)BinaryPrimitives.ReadInt32LittleEndian(page[HeaderLayout.LivenessModelOffset..]),
            BinaryPrimitives.ReadUInt16LittleEndian(page[HeaderLayout.FormatMinorOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[HeaderLayout.CreationTimeOffset..]),
            new Guid(page.Slice(HeaderLayout.CreationIdOffset, 16)));
    }

    private static RingGeometry DecodeGeometry(ReadOnlySpan<byte> page, string name)
    {
        int kind = BinaryPrimitives.ReadInt32LittleEndian(page[HeaderLayout.KindOffset..]);
        if (kind is not (int)RingKind.Spsc and not (int)RingKind.Mpmc and not (int)RingKind.Broadcast and not (int)RingKind.State)
            throw new RingMismatchException($"'{name}' holds a ring of kind {kind}, which this library does not know.");
        int flags = BinaryPrimitives.ReadInt32LittleEndian(page[HeaderLayout.FlagsOffset..]);
        if ((flags & ~KnownFlagsOf(kind)) != 0 || (kind == (int)RingKind.Broadcast && !RingGeometry.AreBroadcastFlags(flags)))
            throw new RingMismatchException($"'{name}' has flags 0x{flags:X8}, which this library does not know.");
        long capacity = BinaryPrimitives.ReadInt64LittleEndian(page[HeaderLayout.CapacityBytesOffset..]);
        long maxMessage = BinaryPrimitives.ReadInt64LittleEndian(page[HeaderLayout.MaxMessageBytesOffset..]);
        long fixedMessage = BinaryPrimitives.ReadInt64LittleEndian(page[HeaderLayout.FixedMessageBytesOffset..]);
        if (kind == (int)RingKind.State)
            return DecodeState(page, name, maxMessage, fixedMessage, flags);
        if (capacity is < RingGeometry.SmallestCapacityBytes or > RingGeometry.LargestCapacityBytes
            || !BitOperations.IsPow2(capacity)
            || maxMessage < 0
            || maxMessage > (kind == (int)RingKind.Spsc ? RingGeometry.LargestMessageBytes(capacity) : RingGeometry.LargestMpmcMessageBytes(capacity))
            || fixedMessage < 0 || (fixedMessage != 0 && fixedMessage != maxMessage))
        {
            throw new RingCorruptException(
                $"'{name}' has an impossible geometry: capacity {capacity}, longest message {maxMessage}, fixed message {fixedMessage} bytes.");
        }

        RingGeometry geometry = (RingKind)kind switch
        {
            RingKind.Mpmc => RingGeometry.ForMpmc(capacity, maxMessage, fixedMessage, ParticipantsOf(page, name), flags),
            RingKind.Broadcast => RingGeometry.ForBroadcast(capacity, maxMessage, fixedMessage, ParticipantsOf(page, name), flags),
            _ => RingGeometry.ForSpsc(capacity, maxMessage, fixedMessage),
        };
        ExpectFields(page, geometry, name);
        return geometry;
    }

    private static RingGeometry DecodeState(ReadOnlySpan<byte> page, string name, long maxValue, long fixedValue, int flags)
    {
        int rows = BinaryPrimitives.ReadInt32LittleEndian(page[HeaderLayout.RowCountOffset..]);
        int participants = rows - StateLayout.FirstSharedRow;
        if (rows is <= StateLayout.FirstSharedRow or > StateLayout.MaxRows
            || maxValue <= 0 || maxValue > RingGeometry.LargestStateValueBytes(participants)
            || (fixedValue != 0 && fixedValue != maxValue))
        {
            throw new RingCorruptException(
                $"'{name}' has an impossible geometry: {rows} participant rows, longest value {maxValue}, fixed value {fixedValue} bytes.");
        }

        RingGeometry geometry = RingGeometry.ForState(maxValue, fixedValue, participants, flags);
        Expect(page, HeaderLayout.CapacityBytesOffset, geometry.CapacityBytes, "capacity bytes", name);
        ExpectFields(page, geometry, name);
        return geometry;
    }

    private static int KnownFlagsOf(int kind) => (RingKind)kind switch
    {
        RingKind.Mpmc => RingGeometry.KnownFlags,
        RingKind.Broadcast => RingGeometry.KnownBroadcastFlags,
        RingKind.State => RingGeometry.KnownStateFlags,
        _ => 0,
    };

    private static void ExpectFields(ReadOnlySpan<byte> page, in RingGeometry geometry, string name)
    {
        Expect(page, HeaderLayout.TotalBytesOffset, geometry.TotalBytes, "total bytes", name);
        Expect(page, HeaderLayout.OverhangBytesOffset, geometry.OverhangBytes, "overhang bytes", name);
        Expect(page, HeaderLayout.ControlOffsetOffset, geometry.ControlOffset, "control offset", name);
        Expect(page, HeaderLayout.RowsOffsetOffset, geometry.RowsOffset, "rows offset", name);
        Expect(page, HeaderLayout.RowCountOffset, (long)(uint)geometry.RowCount | ((long)geometry.RowStrideBytes << 32), "row table", name);
        Expect(page, HeaderLayout.DataOffsetOffset, geometry.DataOffset, "data offset", name);
    }

    private static int ParticipantsOf(ReadOnlySpan<byte> page, string name)
    {
        int rows = BinaryPrimitives.ReadInt32LittleEndian(page[HeaderLayout.RowCountOffset..]);
        return rows is > MpmcLayout.FirstSharedRow and <= MpmcWord.MaxRows
            ? rows - MpmcLayout.FirstSharedRow
            : throw new RingCorruptException($"'{name}' has {rows} participant rows; a ring of its kind has {MpmcLayout.FirstSharedRow + 1} to {MpmcWord.MaxRows}.");
    }

    private static void Expect(ReadOnlySpan<byte> page, int offset, long expected, string field, string name)
    {
        long found = BinaryPrimitives.ReadInt64LittleEndian(page[offset..]);
        if (found != expected)
            throw new RingCorruptException($"'{name}' has {field} {found}; its kind and capacity give {expected}.");
    }

    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        uint crc = uint.MaxValue;
        for (int offset = 0; offset < IdentityBytes; offset += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(page[offset..]));
        return ~crc;
    }
}

/// <summary>What tells that a participant is dead. Recorded in the region, because all its users must agree.</summary>
internal enum LivenessModel
{
    None = 0,

    /// <summary>Kernel byte-range locks of open file descriptions, one byte a row (Linux).</summary>
    FileLocks = 1,

    /// <summary>Process handles and creation times (Windows).</summary>
    ProcessHandles = 2,
}
