using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Who may own a granule that was claimed or taken and has no mark.</summary>
internal enum Suspects
{
    /// <summary>No row says so: its owner is done with it, or it has none.</summary>
    None,

    /// <summary>Dead ones only.</summary>
    Dead,

    /// <summary>A live one, perhaps.</summary>
    Alive,
}

/// <summary>What a survivor does about a word whose owner may be dead. All of it is off the message path.</summary>
/// <remarks>
/// A hole (claimed, not published) or a message that was taken and not released has its owner among the rows whose interval
/// contains it, or in the row that the word itself names. The order of looking is what makes that certain: first the shared
/// position (who moved it past the granule had stored its interval before), then the rows, then the word again (an owner that
/// moved its interval on had changed the word before). Only when the kernel says that every one of those rows is dead does the
/// survivor swap the word, from exactly what it saw.
/// The corner: a live row that tried for the position and lost it is a suspect until its next attempt. It clears its interval
/// before it gives up, so that only a participant stopped in the middle of an attempt can delay the recovery from another's death.
/// Words that name a row are mended by who has taken the row (<see cref="SweepOwn"/>). The others never say the same twice in a lap,
/// so a swap from exactly what was judged, however late, cannot hit another owner's.
/// </remarks>
internal static unsafe partial class MpmcRecovery<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>Far beyond what any ring reaches, and far enough from the end of the numbers that sums do not overflow.</summary>
    public const long MaxPosition = 1L << 62;

    private const int NoRow = -1;

    /// <summary>
    /// If the granule at this position is claimed and its claimer is dead, gives the claim up in its place. True when the word
    /// changed, by whomever.
    /// </summary>
    public static bool ResolveUnpublished(in MpmcMap map, IRowOracle oracle, long position, in MpmcRow own)
    {
        // M17 acquire: before the rows. Pairs with M6, M7.
        long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
        if (MpmcWord.LapOf(word) != map.LapOf(position))
            return false;
        return MpmcWord.StateOf(word) switch
        {
            // M15 acquire: a claim that moved the position past here had its interval stored before. Pairs with M3.
            SlotState.Free => TMemory.LoadAcquire(map.ProducerPosition, Edge.M15) > position
                && GiveUp(map, oracle, position, word, ParticipantRole.Producer),
            SlotState.Writing => GiveUpMarked(map, oracle, position, word, own),
            _ => true,
        };
    }

    /// <summary>
    /// If the message at this position was taken and its taker is dead, returns it (or drops it, if the ring says so). True when
    /// the word changed, by whomever.
    /// </summary>
    public static bool ResolveUnreleased(in MpmcMap map, IRowOracle oracle, long position, in MpmcRow own)
    {
        if (position < 0)
            return false;
        // M17 acquire: before the rows. Pairs with M7, M13.
        long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
        return MpmcWord.LapOf(word) == map.LapOf(position) && MpmcWord.StateOf(word) == SlotState.Reading
            ? GiveUpMarked(map, oracle, position, word, own)
            : ResolveTaken(map, oracle, position, NoRow);
    }

    /// <summary>The same for a word without a mark.</summary>
    private static bool ResolveTaken(in MpmcMap map, IRowOracle oracle, long position, int sweptRow)
    {
        // M17 acquire: before the rows. Pairs with M7, M13.
        long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
        if (MpmcWord.LapOf(word) != map.LapOf(position))
            return true;
        return MpmcWord.StateOf(word) switch
        {
            // M15 acquire: who moved the position past here had its interval stored before. Pairs with M10.
            SlotState.Full or SlotState.Skip => TMemory.LoadAcquire(map.ConsumerPosition, Edge.M15) > position
                && GiveUp(map, oracle, position, word, ParticipantRole.Consumer, sweptRow),
            SlotState.Free => false,
            _ => true,
        };
    }

    /// <summary>True when a consumer, alive or dead, has messages that it may yet give back.</summary>
    public static bool IsAnythingHeld(in MpmcMap map, int ownRow)
    {
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // P1 acquire: a row that reads free shows all that its last owner released.
            if (index != ownRow && TMemory.LoadAcquire(row.Owner, Edge.P1) != RowLayout.FreeOwner && HoldsMessages(map, row))
                return true;
        }

        return false;
    }

    /// <summary>Tells consumers that there is a returned message.</summary>
    public static void RaiseAttention(in MpmcMap map)
    {
        long seen = TMemory.Load(map.Attention, Edge.M19);
        while (true)
        {
            // M19: after the word that says Returned; never the same value twice, or a consumer could miss one. Pairs with itself.
            long found = TMemory.CompareExchange(map.Attention, seen + 1, seen, Edge.M19);
            if (found == seen)
                return;
            seen = found;
        }
    }

    private static bool HoldsMessages(in MpmcMap map, in MpmcRow row)
    {
        // M16 acquire: before what the words say. Pairs with M2.
        long start = TMemory.LoadAcquire(row.IntervalStart, Edge.M16);
        if (TMemory.Load(row.Role, Edge.P4) != (long)ParticipantRole.Consumer)
            return false;
        // M21 acquire: who lowers it to nothing has announced before what it returned. Pairs with M21 in SettleOne.
        if (TMemory.LoadAcquire(row.Marks, Edge.M21) != 0)
            return true;
        long end = TMemory.Load(row.IntervalEnd, Edge.M16);
        // An interval longer than the ring is one between two stores, and nothing was taken under it.
        if (start < 0 || start > MaxPosition || end - start > map.GranuleCount)
            return false;
        for (long position = start; position < end; position++)
        {
            // M17 acquire: a message that is not released has this lap in its first word. Pairs with M13.
            long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
            if (MpmcWord.StateOf(word) != SlotState.Free && MpmcWord.LapOf(word) == map.LapOf(position))
                return true;
        }

        return false;
    }

    /// <summary>Swaps a word that no live row can own. True when the word changed, by whomever.</summary>
    private static bool GiveUp(
        in MpmcMap map, IRowOracle oracle, long position, long word, ParticipantRole role, int sweptRow = NoRow)
    {
        Suspects suspects = SuspectsOf(map, oracle, position, role, sweptRow);
        if (suspects == Suspects.Alive)
            return false;
        // M17 acquire: after the rows. An owner that is no suspect any more has changed it. Pairs with M6, M7, M13.
        if (TMemory.LoadAcquire(map.WordAt(position), Edge.M17) != word)
            return true;
        return suspects == Suspects.Dead && Mend(map, position, word);
    }

    /// <summary>Whose a granule without a mark may be.</summary>
    public static Suspects SuspectsOf(in MpmcMap map, IRowOracle oracle, long position, ParticipantRole role, int sweptRow = NoRow)
    {
        Suspects suspects = Suspects.None;
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // P1 acquire: before its interval.
            long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
            if (owner == RowLayout.FreeOwner)
                continue;
            // M16 acquire: the role and the end are then at least as new as the start. Pairs with M2.
            long start = TMemory.LoadAcquire(row.IntervalStart, Edge.M16);
            long end = TMemory.Load(row.IntervalEnd, Edge.M16);
            if (position < start || position >= end || TMemory.Load(row.Role, Edge.P4) != (long)role)
                continue;
            // A row that we are sweeping is ours by now; what it held is its dead owner's.
            if (index != sweptRow && oracle.IsAlive(index, owner))
                return Suspects.Alive;
            suspects = Suspects.Dead;
        }

        return suspects;
    }

    /// <summary>A word that names a dead row is mended by way of the row. True when the row was swept.</summary>
    private static bool GiveUpMarked(in MpmcMap map, IRowOracle oracle, long position, long word, in MpmcRow own)
    {
        int index = MpmcWord.RowOf(word);
        if (index >= map.RowCount)
            ThrowHelper.CorruptSlot(position, word);
        MpmcRow row = map.Row(index);
        // P1 acquire: the row's owner after the word that names the row.
        long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
        return index != own.Index && owner != RowLayout.FreeOwner && !oracle.IsAlive(index, owner)
            && SweepAndFree(map, oracle, row, SelfOf(own));
    }

    /// <summary>The owner word of a participant, as it stands in its own row.</summary>
    public static long SelfOf(in MpmcRow own) =>
        // P1 acquire: our own word; nobody else writes it while we live.
        TMemory.LoadAcquire(own.Owner, Edge.P1);

    /// <summary>Swaps a word that nobody alive owns for what a survivor makes of it. True when the word changed.</summary>
    private static bool Mend(in MpmcMap map, long position, long word)
    {
        uint lap = map.LapOf(position);
        int granules = MpmcWord.GranulesOf(word);
        switch (MpmcWord.StateOf(word))
        {
            case SlotState.Free:
                // M18: a hole; how long the claim was nobody knows, so granule by granule. Pairs with M9.
                if (TMemory.CompareExchange(map.WordAt(position), MpmcWord.Skip(lap, 1), word, Edge.M18) == word)
                    Increment(map.ClaimsRecovered);
                return true;
            case SlotState.Writing:
                // M18: a claim that stayed open.
                if (TMemory.CompareExchange(map.WordAt(position), MpmcWord.Skip(lap, granules), word, Edge.M18) == word)
                    Increment(map.ClaimsRecovered);
                return true;
            case SlotState.Skip:
                FreeInPlaceOfTheDead(map, position, granules, word);
                return true;
            case SlotState.Full or SlotState.Reading when map.DropsWhatTheDeadHeld:
                if (FreeInPlaceOfTheDead(map, position, granules, word))
                    Increment(map.MessagesDropped);
                return true;
            case SlotState.Full or SlotState.Reading:
                // M18: a message that was taken; its record is as it was. Pairs with M9.
                if (TMemory.CompareExchange(map.WordAt(position), MpmcWord.Returned(lap, granules), word, Edge.M18) == word)
                {
                    Increment(map.LeasesRecovered);
                    RaiseAttention(map);
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Frees a message's words for the next lap, each by compare-and-swap: several survivors may be at it, and one of them may
    /// be far behind.
    /// </summary>
    private static bool FreeInPlaceOfTheDead(in MpmcMap map, long position, int granules, long word)
    {
        if (granules > map.MaxGranules)
            ThrowHelper.CorruptSlot(position, word);
        for (int i = granules - 1; i > 0; i--)
        {
            uint lap = map.LapOf(position + i);
            // M18: only if it still is the dead one's.
            TMemory.CompareExchange(map.WordAt(position + i), MpmcWord.Free(lap + 1), MpmcWord.Free(lap), Edge.M18);
        }

        // M18: the first word last, as in a release. Pairs with M4.
        return TMemory.CompareExchange(map.WordAt(position), MpmcWord.Free(map.LapOf(position) + 1), word, Edge.M18) == word;
    }

    /// <summary>Raises a counter of the survivors.</summary>
    public static void Increment(long* counter)
    {
        long seen = TMemory.Load(counter, Edge.M20);
        while (true)
        {
            // M20: shared by all survivors, and seldom written.
            long found = TMemory.CompareExchange(counter, seen + 1, seen, Edge.M20);
            if (found == seen)
                return;
            seen = found;
        }
    }
}
