using System.Threading.Channels;

namespace RingShm;

/// <remarks>What it does when the ring is full and it was told not to wait.</remarks>
public sealed partial class MpmcProducer
{
    private long _droppedMessages;

    /// <summary>
    /// How many messages were lost because this handle found the ring full and was told to drop: its own or, with DropOldest, those
    /// that it took out to make room. Any thread; a snapshot.
    /// </summary>
    public long MessagesDropped => _droppedMessages;

    /// <summary>Writes, or does what the full mode says. False when the ring is full and the mode is to wait.</summary>
    internal bool TryWriteOrDrop(ReadOnlySpan<byte> message)
    {
        if (TryWrite(message))
            return true;
        if (_fullMode == BoundedChannelFullMode.Wait)
            return false;
        MakeRoomOrDrop(message, type: 0);
        return true;
    }

    private readonly MpmcConsumer? _dropper;

    private protected override void BeforeHandBack() => _dropper?.Dispose();

    /// <summary>
    /// For a write that found the ring full, as the full mode says. Each turn takes a message out, and only a message that another
    /// producer writes meanwhile can take its place: somebody gets on.
    /// </summary>
    private void MakeRoomOrDrop(ReadOnlySpan<byte> message, int type)
    {
        while (_dropper != null && _dropper.TryRead(out Message oldest))
        {
            oldest.Dispose();
            CountDropped();
            if (TryWrite(message, type))
                return;
        }

        CountDropped();
    }

    private void CountDropped() => _droppedMessages++;
}
