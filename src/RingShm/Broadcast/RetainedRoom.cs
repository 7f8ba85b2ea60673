using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Broadcast;

/// <summary>
/// Room in a broadcast ring: granules before the retained position, a lap back, and in a reliable ring before every reader's cursor.
/// Where there is none, writers move the retained position on: as far as everything is published and, in a reliable ring, as far as
/// every reader has read.
/// </summary>
/// <remarks>
/// Invariant B3 (reliable): a reader's cursor is before no position that a writer may take for free. The writer knows the step, then
/// fences (B4), then looks at the cursors; a reader that comes announces its cursor, then fences (B7), then looks at the step. So the
/// writer sees the cursor, or the reader sees the step and begins behind what is given up.
/// </remarks>
internal unsafe struct RetainedRoom<TMemory>(BroadcastMap map) : IClaimRoom<TMemory>
    where TMemory : struct, IMemory
{
    private const int Nobody = -1;

    private readonly BroadcastMap _map = map;

    /// <summary>The reader that was in the way at the last refusal.</summary>
    private int _slowRow = Nobody;

    /// <summary>The position that every cursor had to reach at the last refusal.</summary>
    private long _needed;

    /// <summary>The unpublished position that was in the way at the last refusal, when no reader was.</summary>
    private long _unpublished = Nobody;

    public long SeenGranules { get; private set; }

    /// <summary>After a refusal: the row of the reader that holds the writers back; -1 when none does.</summary>
    public readonly int SlowRow => _slowRow;

    public Room Look(in MpmcMap map, long position, int granules, ref long freeBelow)
    {
        if (position < 0 || position > MpmcRecovery<TMemory>.MaxPosition)
            ThrowHelper.CorruptPosition("writer", position, "0 to 2^62");
        _needed = position + granules - map.GranuleCount;
        if (_slowRow != Nobody && CursorOf(_slowRow) is var slow && slow < _needed && !_map.EvictsSlowReaders)
            return Full(position, slow);
        _unpublished = Nobody;
        while (true)
        {
            Retained kept = BroadcastRetention<TMemory>.Read(_map);
            if (kept.Position > position)
                return Room.OutOfDate;
            if (position - kept.Position > map.GranuleCount)
                ThrowHelper.CorruptPosition("writer", position, $"at most {map.GranuleCount} past the retained position {kept.Position}");
            if (kept.Position < _needed)
            {
                long slowest = Slowest(evicts: false);
                if (slowest < _needed)
                    return Full(position, slowest);
                if (!TryFindNext(kept, slowest, out long next))
                    return Full(position, _unpublished);
                if (next > kept.Position)
                    BroadcastRetention<TMemory>.Advance(_map, kept, next);
                continue;
            }

            // B4: the step is known before we look at the cursors, and before we write. Pairs with B7, B10.
            TMemory.Fence(Edge.B4);
            long limit = Math.Min(kept.Position, Slowest(evicts: true));
            if (limit < _needed)
                return Full(position, limit);
            freeBelow = limit + map.GranuleCount;
            return Room.Free;
        }
    }

    /// <summary>True when the reader that was in the way has moved far enough or is gone, or the claim that was in the way has ended.</summary>
    public readonly bool IsWorthTrying(in MpmcMap map) => _slowRow != Nobody
        ? CursorOf(_slowRow) >= _needed
        : _unpublished == Nobody || BroadcastRetention<TMemory>.Look(map, _unpublished, out _) != Passage.Unpublished;

    /// <summary>Whoever is in the way may die there: a reader before it reads, a writer before it publishes.</summary>
    public readonly bool IsHeldUp(in MpmcMap map) => true;

    public readonly bool LookForTheDead(in MpmcMap map, IRowOracle oracle, in MpmcRow own)
    {
        if (_slowRow == Nobody)
            return _unpublished != Nobody && BroadcastRecovery<TMemory>.ResolveUnpublished(_map, oracle, _unpublished, own);
        MpmcRow row = map.Row(_slowRow);
        // P1 acquire: the row's words are then at least as new as its owner.
        long owner = TMemory.LoadAcquire(row.Owner, Edge.P1);
        return owner == RowLayout.FreeOwner
            || (!oracle.IsAlive(_slowRow, owner)
                && BroadcastRecovery<TMemory>.SweepAndFree(_map, oracle, row, MpmcRecovery<TMemory>.SelfOf(own)));
    }

    private Room Full(long position, long limit)
    {
        SeenGranules = Math.Max(0, limit + _map.Slots.GranuleCount - position);
        return Room.Full;
    }

    /// <summary>
    /// The next retained position: where a message begins, past what is needed and a little further, as far as everything is published
    /// and read. False when an unpublished claim is in the way.
    /// </summary>
    private bool TryFindNext(in Retained kept, long slowest, out long next)
    {
        long wanted = Math.Min(_needed + _map.SlackGranules, slowest);
        next = kept.Position;
        while (next < wanted || next < _needed)
        {
            Passage passage = BroadcastRetention<TMemory>.Look(_map.Slots, next, out int granules);
            if (passage == Passage.Unpublished && next < _needed)
            {
                _unpublished = next;
                return false;
            }

            if (passage == Passage.Overwritten)
            {
                // B1 acquire: others gave it up before, so their step is there: nothing to do but to look again. Pairs with B3.
                if (TMemory.LoadAcquire(_map.RetainedStep, Edge.B1) == kept.Step)
                    ThrowHelper.CorruptSlot(next, TMemory.Load(_map.Slots.WordAt(next), Edge.B8));
                next = kept.Position;
            }

            if (passage is Passage.Unpublished or Passage.Overwritten || (next >= _needed && next + granules > slowest))
                return true;
            next += granules;
        }

        return true;
    }

    /// <summary>
    /// The position that the slowest reader has come to; far away when there is none, or when writers do not wait for any. Where slow
    /// readers are evicted, it is the slowest of the others.
    /// </summary>
    private long Slowest(bool evicts)
    {
        long slowest = long.MaxValue;
        _slowRow = Nobody;
        if (_map.IsLossy)
            return slowest;
        bool wasEvicted = false;
        for (int index = 0; index < _map.Slots.RowCount; index++)
        {
            long position = CursorOf(index);
            if (position < _needed && _map.EvictsSlowReaders)
            {
                if (evicts)
                    Evict(_map.Row(index));
                wasEvicted = true;
                continue;
            }

            if (position >= slowest)
                continue;
            slowest = position;
            if (position < _needed)
                _slowRow = index;
        }

        if (wasEvicted && evicts)
        {
            // B4: an eviction that we have seen, by whomever, is known before we write. Pairs with B10.
            TMemory.Fence(Edge.B4);
        }

        return slowest;
    }

    /// <summary>Where the reader of a row is; far away when the row has none.</summary>
    private readonly long CursorOf(int index)
    {
        // B5 acquire: the reads of who moved it here are over before we write there. Pairs with B6.
        long cursor = TMemory.LoadAcquire(_map.Row(index).Cursor, Edge.B5);
        if (cursor < 0 || cursor > MpmcRecovery<TMemory>.MaxPosition)
            ThrowHelper.CorruptPosition("reader", RowLayout.PositionOf(cursor), "0 to 2^62");
        return cursor == RowLayout.NoCursor ? long.MaxValue : RowLayout.PositionOf(cursor);
    }

    private readonly void Evict(in MpmcRow row)
    {
        // B12 acquire: seen set, it was set before what we write. Pairs with B11.
        if (TMemory.LoadAcquire(row.Evicted, Edge.B12) == 0
            // B12: counted by the one who sets it.
            && TMemory.CompareExchange(row.Evicted, 1, 0, Edge.B12) == 0)
            MpmcRecovery<TMemory>.Increment(_map.ReadersEvicted);
    }
}
