using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Broadcast;

/// <summary>What survivors of a broadcast ring do in place of dead participants. All of it is off the message path.</summary>
/// <remarks>
/// Dead writers leave what dead producers of an MPMC ring leave, and are mended alike (<see cref="MpmcRecovery{TMemory}"/>); only a hole looks
/// otherwise: nobody frees words here, so its word is that of an earlier lap, whatever that says, or Free in its own. Dead readers leave a
/// cursor that holds writers back, and nothing else: it goes with their row.
/// </remarks>
internal static unsafe class BroadcastRecovery<TMemory>
    where TMemory : struct, IMemory
{
    private const int NoRow = -1;

    /// <summary>
    /// If the granule at this position is claimed and its claimer is dead, gives the claim up in its place. True when the word
    /// changed, by whomever.
    /// </summary>
    public static bool ResolveUnpublished(in BroadcastMap map, IRowOracle oracle, long position, in MpmcRow own)
    {
        // M17 acquire: before the rows. Pairs with M6, M7.
        long word = TMemory.LoadAcquire(map.Slots.WordAt(position), Edge.M17);
        int behind = (int)(map.Slots.LapOf(position) - MpmcWord.LapOf(word));
        if (behind == 0 && MpmcWord.StateOf(word) == SlotState.Writing)
            return GiveUpMarked(map, oracle, position, word, own);
        return !IsHole(behind, word)
            // M15 acquire: a claim that moved the position past here had its interval stored before. Pairs with M3.
            || (TMemory.LoadAcquire(map.WriterPosition, Edge.M15) > position && GiveUp(map, oracle, position, word, NoRow));
    }

    /// <summary>A new owner's first step: the words of the last one mean nothing any more.</summary>
    public static void ClearRow(in MpmcRow row)
    {
        // B6 release: what held writers back no longer does. Pairs with B5.
        TMemory.StoreRelease(row.Cursor, RowLayout.NoCursor, Edge.B6);
        // B12 plain: without a cursor nobody sets it.
        TMemory.Store(row.Evicted, 0, Edge.B12);
        MpmcRecovery<TMemory>.ClearRow(row);
    }

    /// <summary>
    /// Takes a dead owner's row, mends what it held and frees it for a new owner. False when that has to wait, or when the row has
    /// a live owner: somebody else is just doing the same.
    /// </summary>
    public static bool SweepAndFree(in BroadcastMap map, IRowOracle oracle, in MpmcRow row, long self)
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
            MpmcRecovery<TMemory>.Increment(map.Slots.RowsSwept);
        return true;
    }

    /// <summary>Sweeps every dead row, and counts those that have come free and those that have to wait.</summary>
    public static void SweepAll(in BroadcastMap map, IRowOracle oracle, long self, out int swept, out int waiting)
    {
        swept = waiting = 0;
        for (int index = 0; index < map.Slots.RowCount; index++)
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

    private static bool IsHole(int behind, long word) => behind > 0 || (behind == 0 && MpmcWord.StateOf(word) == SlotState.Free);

    private static bool GiveUp(in BroadcastMap map, IRowOracle oracle, long position, long word, int sweptRow)
    {
        Suspects suspects = MpmcRecovery<TMemory>.SuspectsOf(map.Slots, oracle, position, ParticipantRole.Producer, sweptRow);
        if (suspects == Suspects.Alive)
            return false;
        // M17 acquire: after the rows. An owner that is no suspect any more has changed it. Pairs with M6, M7.
        if (TMemory.LoadAcquire(map.Slots.WordAt(position), Edge.M17) != word)
            return true;
        if (suspects == Suspects.None)
            return false;
        // M18: how long the claim was nobody knows, so granule by granule. Pairs with B8.
        if (TMemory.CompareExchange(map.Slots.WordAt(position), MpmcWord.Skip(map.Slots.LapOf(position), 1), word, Edge.M18) == word)
            MpmcRecovery<TMemory>.Increment(map.Slots.ClaimsRecovered);
        return true;
    }

    /// <summary>A word that names a dead row is mended by way of the row. True when the row was swept.</summary>
    private static bool GiveUpMarked(in BroadcastMap map, IRowOracle oracle, long position, long word, in MpmcRow own)
    {
        int index = MpmcWord.RowOf(word);
        if (index >= map.Slots.RowCount)
            ThrowHelper.CorruptSlot(position, word);
        MpmcRow row = map.Row(index);
        // P1 acquire: the row's owner after the word that names the row.
        long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
        return index != own.Index && owner != RowLayout.FreeOwner && !oracle.IsAlive(index, owner)
            && SweepAndFree(map, oracle, row, MpmcRecovery<TMemory>.SelfOf(own));
    }

    /// <summary>Mends what a row holds whose dead owner's place the caller has taken. False when a part of it has to wait for a live suspect.</summary>
    private static bool SweepOwn(in BroadcastMap map, IRowOracle oracle, in MpmcRow row)
    {
        if (TMemory.Load(row.Role, Edge.P4) == (long)ParticipantRole.Consumer)
            return true;
        // M16 acquire: the dead one's last interval. Pairs with M2.
        long start = TMemory.LoadAcquire(row.IntervalStart, Edge.M16);
        bool isDone = SweepClaimed(map, oracle, start, TMemory.Load(row.IntervalEnd, Edge.M16), row.Index);
        // M21 plain: the row is ours.
        if (TMemory.Load(row.Marks, Edge.M21) != 0)
            SweepMarks(map, row);
        return isDone;
    }

    /// <summary>The holes in a dead writer's interval, which begins where a message begins or began.</summary>
    private static bool SweepClaimed(in BroadcastMap map, IRowOracle oracle, long start, long end, int sweptRow)
    {
        if (start < 0 || start > MpmcRecovery<TMemory>.MaxPosition || end - start > map.Slots.GranuleCount)
            return true;
        for (long position = start; position < end;)
        {
            // What was given up to be written over was published.
            long retained = BroadcastRetention<TMemory>.Read(map).Position;
            if (position < retained)
            {
                position = retained;
                continue;
            }

            // M17 acquire: as in ResolveUnpublished.
            long word = TMemory.LoadAcquire(map.Slots.WordAt(position), Edge.M17);
            int behind = (int)(map.Slots.LapOf(position) - MpmcWord.LapOf(word));
            if (!IsHole(behind, word))
            {
                // A later lap: it was written over since we looked what is retained.
                position += behind < 0 ? 0 : Math.Max(1, MpmcWord.GranulesOf(word));
                if (behind < 0 && BroadcastRetention<TMemory>.Read(map).Position <= position)
                    ThrowHelper.CorruptSlot(position, word);
                continue;
            }

            // M15 acquire: as in ResolveUnpublished. Pairs with M3.
            if (TMemory.LoadAcquire(map.WriterPosition, Edge.M15) <= position)
                return true;
            if (!GiveUp(map, oracle, position, word, sweptRow))
                return false;
        }

        return true;
    }

    /// <summary>The words that name a dead row, wherever they are. As in an MPMC ring, who mends them owns the row.</summary>
    private static void SweepMarks(in BroadcastMap map, in MpmcRow row)
    {
        for (long index = 0; index < map.Slots.GranuleCount; index++)
        {
            // M17 acquire: before the position. Pairs with M7.
            long word = TMemory.LoadAcquire(map.Slots.WordAt(index), Edge.M17);
            if (MpmcWord.StateOf(word) != SlotState.Writing || MpmcWord.RowOf(word) != row.Index)
                continue;
            // M15 acquire: a marked word lies within a lap of the writer position. Pairs with M3.
            long position = map.Slots.PositionOf(index, word, TMemory.LoadAcquire(map.WriterPosition, Edge.M15));
            if (position < 0)
            {
                // M17 acquire: a word that has no place there is damaged, unless it has moved on in the meantime.
                if (TMemory.LoadAcquire(map.Slots.WordAt(index), Edge.M17) == word)
                    ThrowHelper.CorruptSlot(index, word);
                continue;
            }

            long skip = MpmcWord.Skip(map.Slots.LapOf(position), MpmcWord.GranulesOf(word));
            // M18: a claim that stayed open. Pairs with B8.
            if (TMemory.CompareExchange(map.Slots.WordAt(index), skip, word, Edge.M18) == word)
                MpmcRecovery<TMemory>.Increment(map.Slots.ClaimsRecovered);
        }
    }
}
