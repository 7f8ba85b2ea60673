using System.Buffers.Binary;

namespace RingShm.TestPeer;

/// <summary>
/// Values that say of every byte what it must be: a number, and bytes that follow from it, as many as follow from it. A value that is
/// put together from two does not pass.
/// </summary>
internal static class StatePattern
{
    private const int NumberBytes = sizeof(long);
    private const int WriterShift = 40;

    /// <summary>A number that no other writer uses.</summary>
    public static long NumberOf(long writer, long count) => (writer << WriterShift) | count;

    public static long WriterOf(long number) => number >> WriterShift;

    public static ReadOnlySpan<byte> Fill(byte[] room, long number)
    {
        Span<byte> value = room.AsSpan(0, LengthOf(number, room.Length));
        BinaryPrimitives.WriteInt64LittleEndian(value, number);
        for (int i = NumberBytes; i < value.Length; i++)
            value[i] = ByteAt(number, i);
        return value;
    }

    /// <summary>The value's number, after every byte of it has been checked.</summary>
    public static long Check(ReadOnlySpan<byte> value, int maxBytes)
    {
        if (value.Length < NumberBytes)
            throw new MismatchException($"a value of {value.Length} bytes");
        long number = BinaryPrimitives.ReadInt64LittleEndian(value);
        if (value.Length != LengthOf(number, maxBytes))
            throw new MismatchException($"value {number:X} has {value.Length} bytes, not {LengthOf(number, maxBytes)}");
        for (int i = NumberBytes; i < value.Length; i++)
        {
            if (value[i] != ByteAt(number, i))
                throw new MismatchException($"value {number:X} is torn at byte {i}");
        }

        return number;
    }

    private static int LengthOf(long number, int maxBytes) => NumberBytes + (int)(Mix(number) % (ulong)(maxBytes - NumberBytes + 1));

    private static byte ByteAt(long number, int index) => (byte)(Mix(number) >> (8 * (index % NumberBytes)));

    private static ulong Mix(long number) => ((ulong)number * 0x9E37_79B9_7F4A_7C15) ^ ((ulong)number >> 7);
}
