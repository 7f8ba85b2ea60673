using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>All that a dead row holds, at once: for who wants the row, for idle consumers, and for tools.</summary>
internal static unsafe partial class MpmcRecovery<TMemory>
{
    /// <summary>
    /// Mends all that a row holds whose dead owner's place the caller has taken: its interval, and the words that name it. False
    /// when a part of it has to wait for a live suspect.
    /// </summary>
    /// <remarks>
    /// Whoever mends marks owns the row. A word that says Reading can say the same again in the same lap (returned, taken by the row's
    /// next owner), so a survivor that was merely looking could be stopped before its swap and rob that one. An owner cannot: while it
    /// has the row nobody else gets it, and if it dies its successor finds interval and marks as they are.
    /// </remarks>
    public static bool SweepOwn(in MpmcMap map, IRowOracle oracle, in MpmcRow row)
    {
        // M16 acquire: the dead one's last interval. Pairs with M2.
        long start = TMemory.LoadAcquire(row.IntervalStart, Edge.M16);
        long end = TMemory.Load(row.IntervalEnd, Edge.M16);
        bool isConsumer = TMemory.Load(row.Role, Edge.P4) == (long)ParticipantRole.Consumer;
        bool isDone = isConsumer ? SweepTaken(map, oracle, start, end, row.Index) : SweepClaimed(map, oracle, start, end, row.Index);
        // M21 plain: the row is ours.
        if (TMemory.Load(row.Marks, Edge.M21) != 0)
            SweepMarks(map, row);
        if (isConsumer)
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
    /// Takes a dead owner's row, mends what it held and frees it for a new owner. False when that has to wait, or when the row has
    /// a live owner: somebody else is just doing the same.
    /// </summary>
    public static bool SweepAndFree(in MpmcMap map, IRowOracle oracle, in MpmcRow row, long self)
    {
        if (!RowProtocol<TMemory>.TryAcquire(row.Owner, row.Index, self, oracle, out long prior))
            return false;
        bool isDone = false;
        try
        {
            isDone = prior == RowLayout.FreeOwner || SweepOwn(map, oracle, row);
        }
        finally
        {
            // Also when damaged words end the sweep: in our hands what the dead one held would be a live participant's.
            if (!isDone)
                RowProtocol<TMemory>.Abandon(row.Owner, row.Index, oracle);
        }

        if (!isDone)
            return false;
        ClearRow(row);
        RowProtocol<TMemory>.Release(row.Owner, row.Index, oracle);
        if (prior != RowLayout.FreeOwner)
            Increment(map.RowsSwept);
        return true;
    }

    /// <summary>Sweeps every dead row, and counts those that have come free and those that have to wait.</summary>
    public static void SweepAll(in MpmcMap map, IRowOracle oracle, long self, out int swept, out int waiting)
    {
        swept = waiting = 0;
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // P1 acquire: the row's words are then at least as new as its owner.
            long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
            if (owner == RowLayout.FreeOwner || oracle.IsAlive(index, owner))
                continue;
            if (SweepAndFree(map, oracle, row, self))
                swept++;
            else
                waiting++;
        }
    }

    /// <summary>
    /// Looks for dead consumers that hold messages, and returns those. For consumers that find nothing else to do. True when there
    /// was one.
    /// </summary>
    public static bool SweepDeadConsumers(in MpmcMap map, IRowOracle oracle, in MpmcRow own)
    {
        bool found = false;
        long self = SelfOf(own);
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // P1 acquire: the row's words are then at least as new as its owner.
            long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
            if (index == own.Index || owner == RowLayout.FreeOwner || !HoldsMessages(map, row) || oracle.IsAlive(index, owner))
                continue;
            found |= SweepAndFree(map, oracle, row, self);
        }

        return found;
    }

    /// <summary>The holes in a dead producer's interval.</summary>
    private static bool SweepClaimed(in MpmcMap map, IRowOracle oracle, long start, long end, int sweptRow)
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
            if (!GiveUp(map, oracle, position, word, ParticipantRole.Producer, sweptRow))
                return false;
        }

        return true;
    }

    /// <summary>
    /// The messages in a dead consumer's interval. Any of them can be released while others are not: others may have met one of
    /// them first (a producer that came round to it; whoever swept another dead one that had tried for the same place) and it was
    /// delivered again since. So the walk goes on behind what is released, granule by granule: only the first word of a message
    /// that is not released has a state and this lap.
    /// </summary>
    private static bool SweepTaken(in MpmcMap map, IRowOracle oracle, long start, long end, int sweptRow)
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
            if (MpmcWord.LapOf(word) != map.LapOf(position) || MpmcWord.StateOf(word) == SlotState.Free)
            {
                position++;
                continue;
            }

            if (MpmcWord.StateOf(word) is SlotState.Full or SlotState.Skip)
                held.Add(position);
            position += Math.Max(1, MpmcWord.GranulesOf(word));
        }

        bool isDone = true;
        for (int i = held.Count - 1; i >= 0 && isDone; i--)
            isDone = ResolveTaken(map, oracle, held[i], sweptRow);
        return isDone;
    }

    /// <summary>The words that name a dead row, wherever they are.</summary>
    private static void SweepMarks(in MpmcMap map, in MpmcRow row)
    {
        for (long index = 0; index < map.GranuleCount; index++)
        {
            // M17 acquire: before the position. Pairs with M7.
            long word = TMemory.LoadAcquire(map.WordAt(index), Edge.M17);
            if (MpmcWord.StateOf(word) is not (SlotState.Writing or SlotState.Reading) || MpmcWord.RowOf(word) != row.Index)
                continue;
            // M15 acquire: a marked word lies within a lap of the producer position. Pairs with M3.
            long position = map.PositionOf(index, word, TMemory.LoadAcquire(map.ProducerPosition, Edge.M15));
            if (position >= 0)
                Mend(map, position, word);
            // M17 acquire: a word that has no place there is damaged, unless it has moved on in the meantime.
            else if (TMemory.LoadAcquire(map.WordAt(index), Edge.M17) == word)
                ThrowHelper.CorruptSlot(index, word);
        }
    }
}
