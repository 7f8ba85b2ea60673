namespace RingShm.Layout;

/// <summary>
/// A broadcast ring's words as pointers, and what it was made for, private to this process: the slots and rows of an MPMC ring, and
/// the words of its own.
/// </summary>
internal readonly unsafe struct BroadcastMap
{
    private readonly byte* _control;

    public BroadcastMap(byte* region, in RingGeometry geometry)
    {
        Slots = new MpmcMap(region, geometry);
        _control = region + geometry.ControlOffset;
        IsLossy = geometry.IsLossy;
        EvictsSlowReaders = geometry.EvictsSlowReaders;
    }

    /// <summary>Slots, rows, and the words that claims need.</summary>
    public MpmcMap Slots { get; }

    /// <summary>Writers never wait for readers.</summary>
    public bool IsLossy { get; }

    /// <summary>Writers that find a reader a whole ring behind go on without it.</summary>
    public bool EvictsSlowReaders { get; }

    /// <summary>True when what a reader is reading may be written over, so that it must copy first and ask afterwards.</summary>
    public bool IsReadByCopy => IsLossy || EvictsSlowReaders;

    /// <summary>How many granules more than needed are given up at once.</summary>
    public long SlackGranules => Slots.GranuleCount / BroadcastLayout.RetentionParts;

    public long* WriterPosition => (long*)(_control + BroadcastLayout.WriterPositionOffset);

    public long* RetainedStep => (long*)(_control + BroadcastLayout.RetainedStepOffset);

    public long* ReadersEvicted => (long*)(_control + BroadcastLayout.ReadersEvictedOffset);

    /// <summary>The position of the oldest message that is kept since this step.</summary>
    public long* RetainedPosition(long step) => (long*)(_control
        + ((step & 1) == 0 ? BroadcastLayout.RetainedPositionEvenOffset : BroadcastLayout.RetainedPositionOddOffset));

    /// <summary>How many messages were published before that one.</summary>
    public long* RetainedMessages(long step) => (long*)(_control
        + ((step & 1) == 0 ? BroadcastLayout.RetainedMessagesEvenOffset : BroadcastLayout.RetainedMessagesOddOffset));

    public MpmcRow Row(int index) => Slots.Row(index);
}
