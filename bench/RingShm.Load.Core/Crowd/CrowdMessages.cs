using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RingShm.Load.Crowd;

/// <summary>
/// A message of the crowd: its first word says who sent it and as how many-th, the others follow from it, so that a receiver can
/// check order and contents without knowing what comes.
/// </summary>
internal interface ICrowdMessage<TSelf>
    where TSelf : unmanaged, ICrowdMessage<TSelf>
{
    /// <summary>How much more than <see cref="Words"/> times its first word a message's words add up to.</summary>
    static abstract ulong Excess { get; }

    static abstract int Words { get; }

    ulong First { get; }

    /// <summary>Of all words.</summary>
    ulong Sum { get; }

    static abstract TSelf Make(ulong first);
}

/// <summary>One word.</summary>
internal readonly struct Message8 : ICrowdMessage<Message8>
{
    private readonly ulong _word;

    private Message8(ulong word) => _word = word;

    public static ulong Excess => 0;

    public static int Words => 1;

    public ulong First => _word;

    public ulong Sum => _word;

    public static Message8 Make(ulong first) => new(first);
}

/// <summary>Eight words, made and read as vectors: word by word they would stall in the store buffer when copied.</summary>
internal readonly struct Message64 : ICrowdMessage<Message64>
{
    private readonly Vector256<ulong> _low;
    private readonly Vector256<ulong> _high;

    private Message64(Vector256<ulong> low, Vector256<ulong> high)
    {
        _low = low;
        _high = high;
    }

    public static ulong Excess
    {
        get
        {
            ulong sum = 0;
            for (int i = 0; i < Vector256<ulong>.Count; i++)
                sum += LowOffsets[i] + HighOffsets[i];
            return sum;
        }
    }

    public static int Words => 8;

    public ulong First => _low.ToScalar();

    public ulong Sum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Sum(_low + _high);
    }

    private static Vector256<ulong> LowOffsets => Vector256.Create(0UL, 0x1234_5678_9ABC_DEF1, 0x0F1E_2D3C_4B5A_6978, 0x1111_2222_3333_4445);

    private static Vector256<ulong> HighOffsets => Vector256.Create(0x5A5A_A5A5_0FF0_F00DUL, 0x2468_ACE0_1357_9BDF, 0x7777_0001_8888_0002, 0x3141_5926_5358_9793);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Message64 Make(ulong first)
    {
        Vector256<ulong> word = Vector256.Create(first);
        return new Message64(word + LowOffsets, word + HighOffsets);
    }
}
