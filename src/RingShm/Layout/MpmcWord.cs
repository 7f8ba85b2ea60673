using System.Runtime.CompilerServices;

namespace RingShm.Layout;

/// <summary>What a slot word says of the message that starts at its granule.</summary>
internal enum SlotState
{
    /// <summary>Nothing published: the granule is unclaimed, claimed and not yet published, or inside a longer message.</summary>
    Free = 0,

    /// <summary>A published message.</summary>
    Full = 1,

    /// <summary>A claim that was given up, or whose owner died: to be passed over.</summary>
    Skip = 2,

    /// <summary>Claimed by the row that stands in the word, which has gone on to another claim.</summary>
    Writing = 3,

    /// <summary>Leased by the row that stands in the word.</summary>
    Reading = 4,

    /// <summary>Taken once and handed back undelivered, or by a consumer's death: any consumer may take it, flagged.</summary>
    Returned = 5,
}

/// <summary>The MPMC slot word, one for each granule.</summary>
/// <remarks>
/// <code>
///  63 ........ 32 | 31 ......... 19 | 18 ........ 3 | 2 ... 0
///  lap            | owner row       | granules      | state
/// </code>
/// The lap is the low half of position / granules of the ring: a word of an earlier lap is unreleased, one of a later lap shows
/// that the reader's position is out of date. All zero is free in lap 0, so a new region needs no initialising.
/// The owner row is there in Writing and Reading, the number of granules in all states but Free.
/// </remarks>
internal static class MpmcWord
{
    public const int MaxGranules = (1 << GranulesBits) - 1;
    public const int MaxRows = 1 << RowBits;

    private const int StateBits = 3;
    private const int GranulesBits = 16;
    private const int RowBits = 13;
    private const int GranulesShift = StateBits;
    private const int RowShift = StateBits + GranulesBits;
    private const int LapShift = 32;
    private const long StateMask = (1L << StateBits) - 1;
    private const long GranulesMask = (long)MaxGranules << GranulesShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Free(uint lap) => (long)lap << LapShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Full(uint lap, int granules) => ((long)lap << LapShift) | ((long)granules << GranulesShift) | (long)SlotState.Full;

    public static long Skip(uint lap, int granules) => ((long)lap << LapShift) | ((long)granules << GranulesShift) | (long)SlotState.Skip;

    public static long Writing(uint lap, int granules, int row) => Owned(lap, granules, row, SlotState.Writing);

    public static long Reading(uint lap, int granules, int row) => Owned(lap, granules, row, SlotState.Reading);

    public static long Returned(uint lap, int granules) =>
        ((long)lap << LapShift) | ((long)granules << GranulesShift) | (long)SlotState.Returned;

    /// <summary>True for a published message of this lap, whatever its length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFull(long word, uint lap) => (word & ~GranulesMask) == Full(lap, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlotState StateOf(long word) => (SlotState)(word & StateMask);

    /// <summary>From the region: the caller checks it against the ring's private limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int GranulesOf(long word) => (int)(word >> GranulesShift) & MaxGranules;

    public static int RowOf(long word) => (int)(word >> RowShift) & (MaxRows - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LapOf(long word) => (uint)(word >> LapShift);

    private static long Owned(uint lap, int granules, int row, SlotState state) =>
        ((long)lap << LapShift) | ((long)row << RowShift) | ((long)granules << GranulesShift) | (long)state;
}
