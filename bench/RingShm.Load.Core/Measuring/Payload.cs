using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RingShm.Load.Measuring;

/// <summary>What a receiver saw: the sum of all words, and the bits in which any first word differed from the expected one.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct Receipt(ulong Sum, ulong Disorder);

/// <summary>As yardstick.c sees it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePool
{
    public byte* Messages;
    public ulong Count;
    public ulong BaseWord;
    public ulong IsFresh;
}

/// <summary>
/// The messages that are sent, in a cycle, the same in both processes. Word 0 of message j is the base + j, so that a
/// receiver checks the order; the rest is arbitrary, so that its sum shows whether it read every word.
/// </summary>
/// <remarks>
/// The count is a prime, so that a ring with a power of two of slots never holds the same message in the same slot twice
/// in a row. Fresh messages get their first word just before they are sent, as an application would do it; the producer is
/// then the slower side and the ring stays nearly empty. Ready-made ones let it run ahead, and the ring stays nearly full.
/// </remarks>
internal sealed unsafe class Payload
{
    private readonly ulong[] _sumBefore;

    public Payload(int messageBytes, bool isFresh)
    {
        MessageBytes = messageBytes;
        IsFresh = isFresh;
        Count = messageBytes switch { <= 16 => 509, <= 64 => 127, <= 256 => 31, _ => 13 };
        int words = messageBytes / sizeof(ulong);
        Messages = (byte*)NativeMemory.AlignedAlloc((nuint)((long)Count * messageBytes), 128);
        BaseWord = 0x5EED_0000_0000_0000;
        Random random = new(messageBytes);
        _sumBefore = new ulong[Count + 1];
        for (int j = 0; j < Count; j++)
        {
            ulong* message = (ulong*)(Messages + ((long)j * messageBytes));
            ulong sum = 0;
            for (int i = 0; i < words; i++)
                sum += message[i] = i == 0 ? BaseWord + (ulong)j : (ulong)random.NextInt64();
            _sumBefore[j + 1] = _sumBefore[j] + sum;
        }

        Native = (NativePool*)NativeMemory.Alloc((nuint)sizeof(NativePool));
        *Native = new NativePool { Messages = Messages, Count = (ulong)Count, BaseWord = BaseWord, IsFresh = isFresh ? 1UL : 0 };
    }

    public int MessageBytes { get; }

    public int Count { get; }

    public bool IsFresh { get; }

    public ulong BaseWord { get; }

    /// <summary>Lives as long as the process: a benchmark makes a handful.</summary>
    public byte* Messages { get; }

    public NativePool* Native { get; }

    /// <summary>What whoever receives these messages must report.</summary>
    public Receipt Expected(long first, long count)
    {
        ulong sum = 0;
        long j = first % Count;
        while (count > 0 && j != 0)
        {
            sum += _sumBefore[j + 1] - _sumBefore[j];
            j = (j + 1) % Count;
            count--;
        }

        sum += (ulong)(count / Count) * _sumBefore[Count];
        return new Receipt(sum + _sumBefore[count % Count], 0);
    }
}

/// <summary>Sums words the way yardstick.c does: two vectors of two words at a time, the rest word by word.</summary>
internal static class WordSum
{
    /// <remarks>
    /// The vectors live for one message only. No vector register survives a call on Linux, so sums that were carried from
    /// message to message would be kept in memory for the sake of calls that are hardly ever made.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ref readonly byte start, int bytes)
    {
        ref byte message = ref Unsafe.AsRef(in start);
        ulong sum = 0;
        nuint i = 0, length = (uint)bytes;
        if (length >= 32)
        {
            Vector128<ulong> a = default, b = default;
            for (; i + 32 <= length; i += 32)
            {
                a += Vector128.LoadUnsafe(ref message, i).AsUInt64();
                b += Vector128.LoadUnsafe(ref message, i + 16).AsUInt64();
            }

            sum = Vector128.Sum(a + b);
        }

        for (; i < length; i += sizeof(ulong))
            sum += Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref message, i));
        return sum;
    }
}
