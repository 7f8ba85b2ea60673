using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>What a survivor does about a word whose owner may be dead. All of it is off the message path.</summary>
/// <remarks>
/// A hole (claimed, not published) or a message that was taken and not released has its owner among the rows whose interval
/// contains it, or in the row that the word itself names. The order of looking is what makes that certain: first the shared
/// position (who moved it past the granule had stored its interval before), then the rows, then the word again (an owner that
/// moved its interval on had changed the word before). Only when the kernel says that every one of those rows is dead does the
/// survivor swap the word, from exactly what it saw.
/// The corner: a live row that tried for the position and lost it is a suspect until its next attempt. It clears its interval
/// before it gives up, so that only a participant stopped in the middle of an attempt can delay the recovery from another's death.
/// A row that was taken by a new owner in between cannot be harmed: its words are judged only while the row still has the owner
/// word that was found dead, and owner words do not come back.
/// </remarks>
internal static unsafe class MpmcRecovery<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>Far beyond what any ring reaches, and far enough from the end of the numbers that sums do not overflow.</summary>
    public const long MaxPosition = 1L << 62;

    /// <summary>
    /// If the granule at this position is claimed and its claimer is dead, gives the claim up in its place. True when the word
    /// changed, by whomever.
    /// </summary>
    public static bool ResolveUnpublished(in MpmcMap map, IRowOracle oracle, long position)
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
            SlotState.Writing => GiveUpMarked(map, oracle, position, word),
            _ => true,
        };
    }

    /// <summary>
    /// If the message at this position was taken and its taker is dead, returns it (or drops it, if the ring says so). True when
    /// the word changed, by whomever.
    /// </summary>
    public static bool ResolveUnreleased(in MpmcMap map, IRowOracle oracle, long position)
    {
        if (position < 0)
            return false;
        // M17 acquire: before the rows. Pairs with M7, M13.
        long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
        if (MpmcWord.LapOf(word) != map.LapOf(position))
            return true;
        return MpmcWord.StateOf(word) switch
        {
            // M15 acquire: who moved the position past here had its interval stored before. Pairs with M10.
            SlotState.Full or SlotState.Skip => TMemory.LoadAcquire(map.ConsumerPosition, Edge.M15) > position
                && GiveUp(map, oracle, position, word, ParticipantRole.Consumer),
            SlotState.Reading => GiveUpMarked(map, oracle, position, word),
            SlotState.Returned => true,
            _ => false,
        };
    }

    /// <summary>
    /// Mends all that a dead row holds: its interval, and the words that name it. False when a part of it has to wait for a live
    /// suspect. Can be run by several at once, and again.
    /// </summary>
    public static bool Sweep(in MpmcMap map, IRowOracle oracle, in MpmcRow row, long deadOwner)
    {
        // M16 acquire: the dead one's last interval. Pairs with M2.
        long start = TMemory.LoadAcquire(row.IntervalStart, Edge.M16);
        long end = TMemory.Load(row.IntervalEnd, Edge.M16);
        long role = TMemory.Load(row.Role, Edge.P4);
        // M21 plain: read after its writer's death.
        bool hasMarks = TMemory.Load(row.Marks, Edge.M21) != 0;
        // P1 acquire: all of the above is the dead one's if the row is still its.
        if (TMemory.LoadAcquire(row.Owner, Edge.P1) != deadOwner)
            return true;
        bool isDone = role == (long)ParticipantRole.Consumer
            ? SweepTaken(map, oracle, start, end)
            : SweepClaimed(map, oracle, start, end);
        if (hasMarks)
            SweepMarks(map, row, deadOwner);
        if (role == (long)ParticipantRole.Consumer)
            RaiseAttention(map);
        return isDone;
    }

    /// <summary>A new owner's first step: the words of the last one mean nothing any more.</summary>
    public static void ClearRow(in MpmcRow row)
    {
        // M2 plain: an empty interval at every instant; the row is ours and we hold nothing.
        TMemory.Store(row.IntervalEnd, 0, Edge.M2);
        TMemory.Store(row.IntervalStart, 0, Edge.M2);
        TMemory.Store(row.Marks, 0, Edge.M21);
    }

    /// <summary>
    /// Sweeps a dead row and gives it free for a new owner. False when that has to wait, or when somebody else did it.
    /// </summary>
    public static bool SweepAndFree(in MpmcMap map, IRowOracle oracle, in MpmcRow row, long deadOwner)
    {
        if (!Sweep(map, oracle, row, deadOwner) || !RowProtocol<TMemory>.TryReclaim(row.Owner, row.Index, deadOwner, oracle))
            return false;
        Increment(map.RowsSwept);
        return true;
    }

    /// <summary>Sweeps every dead row, and counts those that have come free and those that have to wait.</summary>
    public static void SweepAll(in MpmcMap map, IRowOracle oracle, out int swept, out int waiting)
    {
        swept = waiting = 0;
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // P1 acquire: the row's words are then at least as new as its owner.
            long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
            if (owner == RowLayout.FreeOwner || oracle.IsAlive(index, owner))
                continue;
            if (SweepAndFree(map, oracle, row, owner))
                swept++;
            else
                waiting++;
        }
    }

    /// <summary>
    /// Looks for dead consumers that hold messages, and returns those. For consumers that find nothing else to do. True when there
    /// was one.
    /// </summary>
    public static bool SweepDeadConsumers(in MpmcMap map, IRowOracle oracle, int ownRow)
    {
        bool found = false;
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // P1 acquire: the row's words are then at least as new as its owner.
            long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
            if (index == ownRow || owner == RowLayout.FreeOwner || !HoldsMessages(map, row) || oracle.IsAlive(index, owner))
                continue;
            SweepAndFree(map, oracle, row, owner);
            found = true;
        }

        return found;
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
        if (TMemory.Load(row.Marks, Edge.M21) != 0)
            return true;
        if (start >= TMemory.Load(row.IntervalEnd, Edge.M16))
            return false;
        // M17 acquire: released from the last to the first, so the first word tells. Pairs with M13.
        long word = TMemory.LoadAcquire(map.WordAt(start), Edge.M17);
        return MpmcWord.LapOf(word) == map.LapOf(start);
    }

    /// <summary>Swaps a word that no live row can own. True when the word changed, by whomever.</summary>
    private static bool GiveUp(in MpmcMap map, IRowOracle oracle, long position, long word, ParticipantRole role)
    {
        bool isAnybodysDead = false;
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
            if (oracle.IsAlive(index, owner))
                return false;
            isAnybodysDead = true;
        }

        // M17 acquire: after the rows. An owner that is no suspect any more has changed it. Pairs with M6, M7, M13.
        if (TMemory.LoadAcquire(map.WordAt(position), Edge.M17) != word)
            return true;
        return isAnybodysDead && Mend(map, position, word);
    }

    private static bool GiveUpMarked(in MpmcMap map, IRowOracle oracle, long position, long word)
    {
        int index = MpmcWord.RowOf(word);
        if (index >= map.RowCount)
            ThrowHelper.CorruptSlot(position, word);
        MpmcRow row = map.Row(index);
        // P1 acquire: the row's owner after the word that names the row.
        long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
        return owner != RowLayout.FreeOwner && !oracle.IsAlive(index, owner) && MendMarked(map, row, owner, position, word);
    }

    /// <summary>Swaps a word that names a dead row, if the row has not found a new owner.</summary>
    private static bool MendMarked(in MpmcMap map, in MpmcRow row, long deadOwner, long position, long word)
    {
        // P1 acquire: a new owner's words are seen only after its owner word.
        return TMemory.LoadAcquire(row.Owner, Edge.P1) == deadOwner && Mend(map, position, word);
    }

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

    /// <summary>The holes in a dead producer's interval.</summary>
    private static bool SweepClaimed(in MpmcMap map, IRowOracle oracle, long start, long end)
    {
        if (start < 0 || start > MaxPosition || end - start > map.GranuleCount)
            return true;
        for (long position = start; position < end;)
        {
            // M15 acquire: what lies below the consumer position is resolved, and it is the start of a message. Pairs with M10.
            long consumerPosition = TMemory.LoadAcquire(map.ConsumerPosition, Edge.M15);
            if (position < consumerPosition)
            {
                position = consumerPosition;
                continue;
            }

            // M17 acquire: as in ResolveUnpublished.
            long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
            if (MpmcWord.LapOf(word) != map.LapOf(position))
            {
                // A lap behind: never claimed. A lap ahead: taken and released since we looked at the position.
                if ((int)(map.LapOf(position) - MpmcWord.LapOf(word)) > 0)
                    return true;
                position++;
                continue;
            }

            if (MpmcWord.StateOf(word) != SlotState.Free)
            {
                position += Math.Max(1, MpmcWord.GranulesOf(word));
                continue;
            }

            // M15 acquire: as in ResolveUnpublished. Pairs with M3.
            if (TMemory.LoadAcquire(map.ProducerPosition, Edge.M15) <= position)
                return true;
            if (!GiveUp(map, oracle, position, word, ParticipantRole.Producer))
                return false;
        }

        return true;
    }

    /// <summary>The messages in a dead consumer's interval, from the last to the first.</summary>
    private static bool SweepTaken(in MpmcMap map, IRowOracle oracle, long start, long end)
    {
        if (start < 0 || start > MaxPosition || end - start > map.GranuleCount)
            return true;
        List<long> held = [];
        // M15 acquire: what the dead one may hold lies below it. Pairs with M10.
        end = Math.Min(end, TMemory.LoadAcquire(map.ConsumerPosition, Edge.M15));
        for (long position = start; position < end;)
        {
            // M17 acquire: as in ResolveUnreleased.
            long word = TMemory.LoadAcquire(map.WordAt(position), Edge.M17);
            if (MpmcWord.LapOf(word) != map.LapOf(position))
                break;
            if (MpmcWord.StateOf(word) is SlotState.Full or SlotState.Skip)
                held.Add(position);
            position += Math.Max(1, MpmcWord.GranulesOf(word));
        }

        bool isDone = true;
        for (int i = held.Count - 1; i >= 0 && isDone; i--)
            isDone = ResolveUnreleased(map, oracle, held[i]);
        return isDone;
    }

    /// <summary>The words that name a dead row, wherever they are.</summary>
    private static void SweepMarks(in MpmcMap map, in MpmcRow row, long deadOwner)
    {
        for (long index = 0; index < map.GranuleCount; index++)
        {
            // M17 acquire: before the owner and the position. Pairs with M7.
            long word = TMemory.LoadAcquire(map.WordAt(index), Edge.M17);
            if (MpmcWord.StateOf(word) is not (SlotState.Writing or SlotState.Reading) || MpmcWord.RowOf(word) != row.Index)
                continue;
            // M15 acquire: a marked word lies within a lap of the producer position. Pairs with M3.
            long position = map.PositionOf(index, word, TMemory.LoadAcquire(map.ProducerPosition, Edge.M15));
            if (position >= 0)
                MendMarked(map, row, deadOwner, position, word);
            // M17 acquire: a word that has no place there is damaged, unless it has moved on in the meantime.
            else if (TMemory.LoadAcquire(map.WordAt(index), Edge.M17) == word)
                ThrowHelper.CorruptSlot(index, word);
        }
    }

    private static void Increment(long* counter)
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
