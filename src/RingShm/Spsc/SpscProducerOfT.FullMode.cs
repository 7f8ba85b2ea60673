using System.Threading.Channels;

namespace RingShm;

/// <remarks>What it does when the ring is full and it was told not to wait.</remarks>
public sealed partial class SpscProducer<T>
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
        Drop();
        return true;
    }

    /// <summary>For a write that found the ring full: whatever is in it may be with the consumer already, so this one is dropped.</summary>
    private void Drop() => _droppedMessages++;
}
