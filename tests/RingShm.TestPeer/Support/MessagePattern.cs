using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RingShm.TestPeer.Commands;

namespace RingShm.TestPeer;

/// <summary>How the lengths of a stream's messages are spread.</summary>
internal enum SizeMix
{
    /// <summary>Every message is empty.</summary>
    Empty,

    /// <summary>0 to 16 bytes: headers next to headers.</summary>
    Tiny,

    /// <summary>Anything from 0 to the maximum.</summary>
    Uniform,

    /// <summary>Either empty or as long as the ring takes.</summary>
    Extremes,

    /// <summary>All as long as the ring takes.</summary>
    Largest,
}

/// <summary>Where a receiver finds a message's number.</summary>
internal enum MessageNumber
{
    /// <summary>In its tag; such messages are written one at a time.</summary>
    InTag,

    /// <summary>In its first eight bytes; for batches, whose messages share one tag, when receivers come and go.</summary>
    InPayload,

    /// <summary>Nowhere: the receiver counts.</summary>
    Counted,
}

/// <summary>
/// What message number n of a stream is: its length, its tag and its bytes follow from n and the stream's seed, so a receiver
/// needs nothing from the sender to tell whether it got the right bytes in the right place.
/// </summary>
internal sealed class MessagePattern(long seed, SizeMix mix, int maxMessageBytes, MessageNumber number)
{
    private const int NumberBytes = sizeof(long);

    public int LengthOf(long sequence)
    {
        ulong random = Mix((ulong)sequence, (ulong)seed ^ 0x5151);
        int drawn = mix switch
        {
            SizeMix.Empty => 0,
            SizeMix.Tiny => (int)(random % 17),
            SizeMix.Uniform => (int)(random % ((ulong)maxMessageBytes + 1)),
            SizeMix.Extremes => (random & 1) == 0 ? 0 : maxMessageBytes,
            _ => maxMessageBytes,
        };
        return Math.Clamp(drawn, number == MessageNumber.InPayload ? NumberBytes : 0, maxMessageBytes);
    }

    /// <summary>The tag is the sequence number (of a batch's first message), so that even an empty message can be told.</summary>
    public static int TypeOf(long sequence) => (int)sequence;

    public void Fill(Span<byte> message, long sequence)
    {
        if (number == MessageNumber.InPayload)
        {
            BinaryPrimitives.WriteInt64LittleEndian(message, sequence);
            message = message[NumberBytes..];
        }

        ulong state = Mix((ulong)sequence, (ulong)seed);
        while (message.Length >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(message, state);
            message = message[sizeof(ulong)..];
            state = (state * 0x5851_F42D_4C95_7F2D) + 0x1405_7B7E_F767_814F;
        }

        for (int i = 0; i < message.Length; i++)
            message[i] = (byte)(state >> (8 * i));
    }

    /// <summary>Checks a received message against what it says it is, or else is expected to be. Returns its number.</summary>
    public long Check(ReadOnlySpan<byte> message, int type, long expected)
    {
        long sequence = number switch
        {
            MessageNumber.InTag => type,
            MessageNumber.InPayload when message.Length >= NumberBytes => BinaryPrimitives.ReadInt64LittleEndian(message),
            _ => expected,
        };
        int length = LengthOf(sequence);
        if (message.Length != length)
            throw new MismatchException($"message {sequence} has {message.Length} bytes, {length} were sent");
        if (type > sequence || type <= sequence - ProduceBatch.Longest)
            throw new MismatchException($"message {sequence} has tag {type}");
        CheckBytes(message, sequence);
        return sequence;
    }

    /// <summary>Checks a received message that carries its number. Returns the number.</summary>
    public long CheckNumbered(ReadOnlySpan<byte> message)
    {
        if (message.Length < NumberBytes)
            throw new MismatchException($"a message of {message.Length} bytes has no number");
        long sequence = BinaryPrimitives.ReadInt64LittleEndian(message);
        int length = LengthOf(sequence);
        if (message.Length != length)
            throw new MismatchException($"message {sequence} has {message.Length} bytes, {length} were sent");
        CheckBytes(message, sequence);
        return sequence;
    }

    /// <summary>A value whose first word is its sequence number and whose other bytes follow from it.</summary>
    public T ValueOf<T>(long sequence) where T : unmanaged
    {
        T value = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        Fill(bytes, sequence);
        return value;
    }

    public long CheckValue<T>(T value) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value));
        long sequence = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        CheckBytes(bytes, sequence);
        return sequence;
    }

    private void CheckBytes(ReadOnlySpan<byte> message, long sequence)
    {
        const int StackBytes = 512;
        Span<byte> expected = message.Length <= StackBytes ? stackalloc byte[StackBytes] : new byte[message.Length];
        expected = expected[..message.Length];
        Fill(expected, sequence);
        int same = message.CommonPrefixLength(expected);
        if (same != message.Length)
        {
            throw new MismatchException(
                $"message {sequence} of {message.Length} bytes has 0x{message[same]:X2} at byte {same}, 0x{expected[same]:X2} was sent");
        }
    }

    private static ulong Mix(ulong sequence, ulong seed)
    {
        ulong value = (sequence + 1) * 0x9E37_79B9_7F4A_7C15 ^ (seed * 0xC2B2_AE3D_27D4_EB4F);
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
