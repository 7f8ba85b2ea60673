using System.Threading.Channels;

namespace RingShm;

/// <remarks>Waiting without a thread.</remarks>
public sealed partial class SpscProducer
{
    private int _awaitedBytes;

    /// <summary>
    /// Writes one message, waiting for room without holding a thread; at once and without allocation when there is room already.
    /// A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait never waits: it drops.
    /// </summary>
    /// <param name="message">The payload; empty is a message too. It must not change before the write has completed.</param>
    /// <param name="type">A tag for the consumer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <exception cref="RingCompletedException">The ring was completed, also while it waited.</exception>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>If the consumer dies, the wait goes on until a successor makes room or the ring is completed.</remarks>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, int type, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (TryWrite(message.Span, type))
            return ValueTask.CompletedTask;
        if (_fullMode == BoundedChannelFullMode.Wait)
            return WriteSlowAsync(message, type, cancellationToken);
        Drop();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, int, CancellationToken)"/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) => WriteAsync(message, type: 0, cancellationToken);

    /// <summary>
    /// Completes with true when there is room, and with false when the ring was completed. Waits without
    /// holding a thread; at once and without allocation when there is room already, or when this producer drops.
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
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsRoomNow(lengthBytes, out bool isCompleted) ? new ValueTask<bool>(!isCompleted) : WaitToWriteSlowAsync(lengthBytes, cancellationToken);
    }

    private protected override bool IsWorthTrying() => _core.IsWorthTrying(_awaitedBytes);

    /// <summary>True when there is room, or when it may not be used any more.</summary>
    internal bool IsRoomNow(int lengthBytes, out bool isCompleted)
    {
        Enter(ref _core.State);
        try
        {
            _awaitedBytes = lengthBytes;
            isCompleted = _core.IsCompleted;
            return isCompleted || _core.HasRoom(lengthBytes) || _fullMode != BoundedChannelFullMode.Wait;
        }
        finally
        {
            Leave();
        }
    }

    private async ValueTask<bool> WaitToWriteSlowAsync(int lengthBytes, CancellationToken cancellationToken)
    {
        bool isCompleted;
        while (!IsRoomNow(lengthBytes, out isCompleted))
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        return !isCompleted;
    }

    private async ValueTask WriteSlowAsync(ReadOnlyMemory<byte> message, int type, CancellationToken cancellationToken)
    {
        do
        {
            _awaitedBytes = message.Length;
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        }
        while (!TryWrite(message.Span, type));
    }
}
