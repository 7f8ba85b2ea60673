using System.Threading.Channels;

namespace RingShm;

/// <remarks>What it does when the ring is full and it was told not to wait.</remarks>
public sealed partial class MpmcProducer<T>
{
    private long _droppedMessages;

    /// <summary>
    /// How many messages were lost because this handle found the ring full and was told to drop: its own or, with DropOldest, those
    /// that it took out to make room. Any thread; a snapshot.
    /// </summary>
    public long MessagesDropped => _droppedMessages;

    /// <summary>Writes, or does what the full mode says. False when the ring is full and the mode is to wait.</summary>
    internal bool TryWriteOrDrop(in T value)
    {
        if (TryWrite(value))
            return true;
        if (_fullMode == BoundedChannelFullMode.Wait)
            return false;
        MakeRoomOrDrop(value, type: 0);
        return true;
    }

    private readonly MpmcConsumer<T>? _dropper;

    private protected override void BeforeHandBack() => _dropper?.Dispose();

    /// <summary>
    /// For a write that found the ring full, as the full mode says. Each turn takes a message out, and only a message that another
    /// producer writes meanwhile can take its place: somebody gets on.
    /// </summary>
    private void MakeRoomOrDrop(in T value, int type)
    {
        while (_dropper != null && _dropper.TryRead(out _))
        {
            CountDropped();
            if (TryWrite(value, type))
                return;
        }

        CountDropped();
    }

    private void CountDropped() => _droppedMessages++;
}
