using System.Runtime.CompilerServices;

namespace RingShm.Prototypes;

/// <summary>What a slot of the claim-word queue holds.</summary>
internal enum SlotState
{
    /// <summary>Nobody's: a producer may claim it for the lap that the word names.</summary>
    Free,

    /// <summary>Claimed by the producer whose row the word names.</summary>
    Writing,

    /// <summary>A whole message.</summary>
    Full,

    /// <summary>Taken by the consumer whose row the word names.</summary>
    Reading,

    /// <summary>Its writer died: released unread by whoever meets it.</summary>
    Skip,
}

/// <summary>The word of a slot: who holds what of which lap, in one compare-and-swap.</summary>
/// <remarks>
/// <code>
///  63   61 60        48 47        32 31                       0
///  | state | owner row | granules   | lap                     |
/// </code>
/// </remarks>
internal static class ClaimWord
{
    public const int Rows = 1 << 13;

    private const int StateShift = 61;
    private const int RowShift = 48;
    private const int GranulesShift = 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Pack(SlotState state, int row, long lap) =>
        ((long)state << StateShift) | ((long)row << RowShift) | (1L << GranulesShift) | (uint)lap;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlotState StateOf(long word) => (SlotState)((ulong)word >> StateShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowOf(long word) => (int)(word >> RowShift) & (Rows - 1);

    /// <summary>How many laps the word is ahead of this one; laps are compared as they wrap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LapsAhead(long word, long lap) => (int)((uint)word - (uint)lap);
}
