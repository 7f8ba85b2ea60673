using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>How leases are marked, released and returned.</summary>
internal unsafe partial struct MpmcConsumerCore<TMemory>
{
    private void ForgetInterval()
    {
        _announcedEnd = 0;
        // M2 release: what we released or marked before is visible to who sees the interval empty. Pairs with M16.
        TMemory.StoreRelease(_row.IntervalStart, TMemory.Load(_row.IntervalEnd, Edge.M2), Edge.M2);
    }

    private void MarkOpen()
    {
        if (!_open.IsMarked)
        {
            TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) + 1, Edge.M21);
            // M7 release: the word names us before our interval moves on (M2), and the count of marks before the word.
            TMemory.StoreRelease(
                _map.WordAt(_open.Position), MpmcWord.Reading(_map.LapOf(_open.Position), _open.Granules, _row.Index), Edge.M7);
        }

        _others.Add(_open with { IsMarked = true });
        _open = OpenSlot.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ReleaseOpen(in OpenSlot lease)
    {
        Free(lease.Position, lease.Granules);
        if (lease.IsMarked)
            Unmark(lease);
        _open = OpenSlot.None;
        // M20 plain: our own counter, in our own line.
        TMemory.Store(_row.MessagesRead, ++_messages, Edge.M20);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReleaseOther(long position)
    {
        if (!_others.TryRemove(position, out OpenSlot lease))
            return false;
        Free(lease.Position, lease.Granules);
        Unmark(lease);
        CountRead(1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Free(long position, int granules)
    {
        for (int i = granules - 1; i > 0; i--)
        {
            // M12 release: a producer whose position is out of date sees by this word that the position has moved on. Pairs with M4.
            TMemory.StoreRelease(_map.WordAt(position + i), MpmcWord.Free(_map.LapOf(position + i) + 1), Edge.M12);
        }

        // M13 release: our reads, and the words behind this one, before the word that lets producers write here. Pairs with M4.
        TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Free(_map.LapOf(position) + 1), Edge.M13);
    }

    /// <summary>M22 release: what we have read is read; the message is anybody's. Pairs with M9.</summary>
    private readonly void Return(long position, int granules) =>
        // M22 release: as above.
        TMemory.StoreRelease(_map.WordAt(position), MpmcWord.Returned(_map.LapOf(position), granules), Edge.M22);

    private readonly void Unmark(in OpenSlot lease)
    {
        TMemory.Store(_row.Marks, TMemory.Load(_row.Marks, Edge.M21) - 1, Edge.M21);
        if (lease.IsRedelivered)
            TMemory.Store(_row.MessagesRedelivered, TMemory.Load(_row.MessagesRedelivered, Edge.M20) + 1, Edge.M20);
    }

    private void CountRead(int messages)
    {
        _messages += messages;
        TMemory.Store(_row.MessagesRead, _messages, Edge.M20);
    }
}
