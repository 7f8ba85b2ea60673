using System.Runtime.CompilerServices;

namespace RingShm.Waiting;

/// <summary>
/// What a doorbell's word says: in its low half how often it was rung (the kernel's futex word), in its high half how many
/// sleepers have announced themselves since then.
/// </summary>
/// <remarks>
/// Whatever others put there, the worst is a wake too many or a sleep that lasts a slice; neither half is ever an index.
/// </remarks>
internal static class DoorbellWord
{
    private const long OneSleeper = 1L << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasSleepers(long word) => (ulong)word >= (ulong)OneSleeper;

    public static int Sleepers(long word) => (int)Math.Min((ulong)word / (ulong)OneSleeper, int.MaxValue);

    public static uint Sequence(long word) => (uint)word;

    /// <summary>The word with one sleeper more.</summary>
    public static long Announced(long word) => unchecked(word + OneSleeper);

    /// <summary>The word with one sleeper fewer.</summary>
    public static long Retracted(long word) => word - OneSleeper;

    /// <summary>The word after ringing: no sleeper, the next sequence.</summary>
    public static long Rung(long word) => unchecked(Sequence(word) + 1);
}
