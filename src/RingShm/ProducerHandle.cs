using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// What the producers of all kinds of ring have in common, those of bytes and those of values: they wait for room, or drop instead. Used by
/// one thread at a time.
/// </summary>
public abstract class ProducerHandle : RingHandle
{
    private readonly BoundedChannelFullMode _fullMode;
    private long _droppedMessages;

    private protected ProducerHandle(RowLease row, HandleBells bells, BoundedChannelFullMode fullMode)
        : base(row, bells) => _fullMode = fullMode;

    /// <summary>
    /// How many messages were lost because this handle found the ring full and was told to drop: its own or, with DropOldest, those
    /// that it took out to make room. Any thread; a snapshot.
    /// </summary>
    public long MessagesDropped => _droppedMessages;

    /// <summary>The room that the wait is for.</summary>
    private protected int AwaitedBytes { get; private set; }

    /// <summary>False for a handle that drops where others wait.</summary>
    private protected bool Waits => _fullMode == BoundedChannelFullMode.Wait;

    /// <summary>Within an operation.</summary>
    private protected abstract bool IsRingCompleted { get; }

    /// <summary>Within an operation: true when there is room for such a payload now.</summary>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    private protected abstract bool HasRoom(int lengthBytes);

    /// <summary>For a write that found the ring full and may not wait: takes something out of the ring if it can.</summary>
    private protected virtual bool TryMakeRoom() => false;

    private protected void CountDropped() => _droppedMessages++;

    /// <summary>True when there is room, when it may not be used any more, or when nobody will wait for it.</summary>
    internal bool IsRoomNow(int lengthBytes, out bool isCompleted)
    {
        BeginLook();
        try
        {
            AwaitedBytes = lengthBytes;
            isCompleted = IsRingCompleted;
            return isCompleted || HasRoom(lengthBytes) || !Waits;
        }
        finally
        {
            EndLook();
        }
    }

    /// <summary>After a refusal: waits for room; false when the time is up.</summary>
    private protected bool TryWaitForRoom(int lengthBytes, in WaitLimit limit, ref bool spins)
    {
        AwaitedBytes = lengthBytes;
        return TryWait(limit, ref spins);
    }

    /// <summary>After a refusal: completes when there may be room, when the ring was completed, or when the handle was disposed.</summary>
    private protected ValueTask WaitForRoomAsync(int lengthBytes, CancellationToken cancellationToken)
    {
        AwaitedBytes = lengthBytes;
        return WaitForNewsAsync(cancellationToken);
    }

    /// <summary>True when there is room, false when the ring was completed.</summary>
    private protected ValueTask<bool> UntilThereIsRoomAsync(int lengthBytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsRoomNow(lengthBytes, out bool isCompleted) ? new ValueTask<bool>(!isCompleted) : WaitAsync(lengthBytes, cancellationToken);
    }

    private async ValueTask<bool> WaitAsync(int lengthBytes, CancellationToken cancellationToken)
    {
        bool isCompleted;
        while (!IsRoomNow(lengthBytes, out isCompleted))
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        return !isCompleted;
    }
}
