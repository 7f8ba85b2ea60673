using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>All that a dead row holds, at once: for who wants the row, for idle consumers, and for tools.</summary>
internal static unsafe partial class MpmcRecovery<TMemory>
{
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
}
