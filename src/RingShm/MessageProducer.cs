using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A producer of messages of bytes, whatever the kind of its ring: <see cref="SpscProducer"/>, <see cref="MpmcProducer"/> or
/// <see cref="BroadcastWriter"/>. Used by one thread at a time.
/// </summary>
/// <remarks>Code that writes at full speed names the kind: a call through this class is a virtual one.</remarks>
public abstract class MessageProducer : ProducerHandle
{
    private protected MessageProducer(RowLease row, HandleBells bells, BoundedChannelFullMode fullMode)
        : base(row, bells, fullMode)
    {
    }

    /// <summary>The longest message, in bytes.</summary>
    public abstract int MaxMessageBytes { get; }

    /// <summary>
    /// Writes one message. False means that there is no room for it now, and nothing else. Never waits, whatever the full mode.
    /// </summary>
    /// <param name="message">The payload; empty is a message too.</param>
    /// <param name="type">A tag for whoever reads it.</param>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle, or a claim is open where one at a time can be.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public abstract bool TryWrite(ReadOnlySpan<byte> message, int type = 0);

    /// <summary>
    /// Claims room for a message to be filled in place. False means that the ring is too full. Never waits.
    /// </summary>
    /// <param name="maxLengthBytes">The most that the message will have; a commit may be shorter.</param>
    /// <param name="claim">The claim. Dispose it in every case.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative length.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public abstract bool TryClaim(int maxLengthBytes, out Claim claim);

    /// <summary>
    /// Writes as many of the messages as there is room for, in order. Never waits. Returns how many; 0 when the ring is too full for
    /// the first.
    /// </summary>
    /// <param name="messages">The payloads. It stops before one that is too long for the ring; that one throws when it is first.</param>
    /// <param name="type">A tag for whoever reads them, the same on all.</param>
    /// <inheritdoc cref="TryWrite"/>
    public abstract int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type = 0);

    /// <summary>
    /// Writes one message with type tag 0, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.
    /// </summary>
    /// <param name="message">The payload.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// In an SPSC ring whose consumer dies, it waits on until a successor makes room or the ring is completed. In the other kinds it asks the
    /// kernel about whoever holds the room after each slice of its sleep, and takes the room of a dead one
    /// (<see cref="WaitStrategy.SleepSlice"/>).
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(ReadOnlySpan<byte> message, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Write(message, type: 0, timeout, cancellationToken);

    /// <summary>
    /// Writes one message, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.
    /// </summary>
    /// <param name="message">The payload.</param>
    /// <param name="type">A tag for whoever reads it.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// In an SPSC ring whose consumer dies, it waits on until a successor makes room or the ring is completed. In the other kinds it asks the
    /// kernel about whoever holds the room after each slice of its sleep, and takes the room of a dead one
    /// (<see cref="WaitStrategy.SleepSlice"/>).
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        bool spins = true;
        while (!TryWrite(message, type))
        {
            if (!Waits)
            {
                MakeRoomOrDrop(message, type);
                return true;
            }

            if (!TryWaitForRoom(message.Length, limit, ref spins))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Writes one message, waiting for room without holding a thread; at once and without allocation when there is room already.
    /// A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait never waits: it drops.
    /// </summary>
    /// <param name="message">The payload; empty is a message too. It must not change before the write has completed.</param>
    /// <param name="type">A tag for whoever reads it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <exception cref="RingCompletedException">The ring was completed, also while it waited.</exception>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>
    /// In an SPSC ring whose consumer dies, the wait goes on until a successor makes room or the ring is completed. In the other kinds a dead
    /// participant that holds the room is looked for a millisecond after the wait was seen to be held up, then more and more rarely, up to a
    /// second or <see cref="WaitStrategy.SleepSlice"/>. That it is held up, a wait sees within four such slices.
    /// </remarks>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, int type, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (TryWrite(message.Span, type))
            return ValueTask.CompletedTask;
        if (Waits)
            return WriteSlowAsync(message, type, cancellationToken);
        MakeRoomOrDrop(message.Span, type);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, int, CancellationToken)"/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) => WriteAsync(message, type: 0, cancellationToken);

    /// <summary>
    /// Completes with true when there is room, and with false when the ring was completed. Where there are several producers, another
    /// may take it first: then try again. Waits without holding a thread; at once and without allocation when there is room already, or
    /// when this producer drops.
    /// </summary>
    /// <param name="lengthBytes">The length of the message that there is to be room for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative length.</exception>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public ValueTask<bool> WaitToWriteAsync(int lengthBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        return UntilThereIsRoomAsync(lengthBytes, cancellationToken);
    }

    /// <summary>Writes, or does what the full mode says. False when the ring is full and the mode is to wait.</summary>
    internal bool TryWriteOrDrop(ReadOnlySpan<byte> message)
    {
        if (TryWrite(message))
            return true;
        if (Waits)
            return false;
        MakeRoomOrDrop(message, type: 0);
        return true;
    }

    /// <summary>
    /// For a write that found the ring full, as the full mode says. Each turn takes a message out, and only a message that another
    /// producer writes meanwhile can take its place: somebody gets on. Where nothing can be taken out, this message is dropped.
    /// </summary>
    private void MakeRoomOrDrop(ReadOnlySpan<byte> message, int type)
    {
        while (TryMakeRoom())
        {
            CountDropped();
            if (TryWrite(message, type))
                return;
        }

        CountDropped();
    }

    private async ValueTask WriteSlowAsync(ReadOnlyMemory<byte> message, int type, CancellationToken cancellationToken)
    {
        do
            await WaitForRoomAsync(message.Length, cancellationToken).ConfigureAwait(false);
        while (!TryWrite(message.Span, type));
    }
}
