using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Broadcast;

/// <summary>Where a reader begins, how it passes what was given up, and where it goes on when it was lapped.</summary>
internal unsafe partial struct BroadcastReaderCore<TMemory>
{
    /// <summary>
    /// Begins at the oldest message that is retained. Repeats while writers give up just that one: they saw no cursor, and we see that
    /// they did not.
    /// </summary>
    private void Announce()
    {
        Retained kept = BroadcastRetention<TMemory>.Read(_map);
        while (true)
        {
            // B6 release, then B7: writers see the cursor, or we see the step that they have made without it. Pairs with B4, B5.
            TMemory.StoreRelease(_row.Cursor, RowLayout.PackCursor(kept.Position), Edge.B6);
            // B7: as above.
            TMemory.Fence(Edge.B7);
            Retained now = BroadcastRetention<TMemory>.Read(_map);
            if (now.Step == kept.Step)
                break;
            kept = now;
        }

        _position = kept.Position;
        _number = kept.Messages;
    }

    /// <summary>
    /// Goes on from the position to the newest message that is there, or behind it. Returns how many messages lie between. Looks at
    /// what was claimed by now and no further.
    /// </summary>
    private long GoTo(bool newest)
    {
        long first = _number;
        while (true)
        {
            // M15 acquire: as survivors read it. Pairs with M3.
            long end = TMemory.LoadAcquire(_map.WriterPosition, Edge.M15);
            long position = _position;
            long number = _number;
            (long Position, long Number) last = (-1, 0);
            Passage passage = Passage.Skipped;
            while (position < end)
            {
                passage = BroadcastRetention<TMemory>.Look(_slots, position, out int granules);
                if (passage is Passage.Unpublished or Passage.Overwritten)
                    break;
                if (passage == Passage.Message)
                    last = (position, number++);
                position += granules;
            }

            if (passage == Passage.Overwritten)
            {
                ThrowIfEvicted();
                Retained kept = BroadcastRetention<TMemory>.Read(_map);
                if (!_map.IsReadByCopy || kept.Position <= _position)
                    ThrowHelper.CorruptSlot(position, TMemory.Load(_slots.WordAt(position), Edge.B8));
                _position = kept.Position;
                _number = kept.Messages;
                continue;
            }

            (_position, _number) = newest && last.Position >= 0 ? last : (position, number);
            // B6 release: as in Settle; nothing was read. Pairs with B5.
            TMemory.StoreRelease(_row.Cursor, RowLayout.PackCursor(_position), Edge.B6);
            return _number - first;
        }
    }

    /// <summary>
    /// Finds the next message, past what was given up, and past what was lost. False when there is none now; then what was passed on the way
    /// is settled, but for a batch that is open: its messages lie before that.
    /// </summary>
    private bool TryFind()
    {
        ThrowIfEvicted();
        bool hasPassed = false;
        while (true)
        {
            switch (BroadcastRetention<TMemory>.Look(_slots, _position, out _granules))
            {
                case Passage.Message:
                    return true;
                case Passage.Skipped:
                    _position += _granules;
                    hasPassed = true;
                    continue;
                case Passage.Overwritten:
                    if (IsStillThere())
                        ThrowHelper.CorruptSlot(_position, TMemory.Load(_slots.WordAt(_position), Edge.B8));
                    continue;
                default:
                    if (hasPassed && !_isBatchOpen)
                        Settle();
                    return false;
            }
        }
    }

    /// <summary>
    /// After a copy: true when nothing of it can have been written over. Else this reader has gone on to where it is to resume.
    /// </summary>
    private bool IsStillThere()
    {
        if (!_map.IsReadByCopy)
            return true;
        // B10: what we have copied is no newer than what we look at now. Pairs with B4.
        TMemory.LoadFence(Edge.B10);
        if (_map.EvictsSlowReaders)
        {
            ThrowIfEvicted();
            return true;
        }

        // B11 acquire: the step before the position that it points to. A newer position makes us look again, no more.
        long step = TMemory.LoadAcquire(_map.RetainedStep, Edge.B11);
        // B11 acquire: as above.
        if (TMemory.LoadAcquire(_map.RetainedPosition(step), Edge.B11) <= _position)
            return true;
        Resume();
        return false;
    }

    /// <summary>Goes on to what is retained, and counts what was lost.</summary>
    private void Resume()
    {
        Retained kept = BroadcastRetention<TMemory>.Read(_map);
        if (kept.Position <= _position)
            return;
        if (kept.Messages < _number)
            ThrowHelper.CorruptPosition("retained", kept.Position, $"with at least the {_number} messages before it that lie before {_position}");
        long lost = kept.Messages - _number;
        _position = kept.Position;
        _number = kept.Messages;
        if (_resume == ReaderResume.Newest)
            lost += GoTo(newest: true);
        _lostBefore += lost;
        MessagesLost += lost;
        // M20 plain: our own counter.
        TMemory.Store(_row.MessagesLost, MessagesLost, Edge.M20);
        Settle();
    }

    private readonly void ThrowIfEvicted()
    {
        // B11 acquire: set before anything that we still wanted was written over. Pairs with B12.
        if (_map.EvictsSlowReaders && TMemory.LoadAcquire(_row.Evicted, Edge.B11) != 0)
            throw new ReaderEvictedException(_position);
    }
}
