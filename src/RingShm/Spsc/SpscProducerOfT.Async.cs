using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RingShm;

/// <remarks>Waiting without a thread.</remarks>
public sealed partial class SpscProducer<T>
{
    private static readonly int s_valueBytes = Unsafe.SizeOf<T>();

    private int _awaitedBytes;

    /// <summary>
    /// Writes one value, waiting for room without holding a thread; at once and without allocation when there is room already.
    /// A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait never waits: it drops.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag for the consumer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <exception cref="RingCompletedException">The ring was completed, also while it waited.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>If the consumer dies, the wait goes on until a successor makes room or the ring is completed.</remarks>
    public ValueTask WriteAsync(T value, int type, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (TryWrite(value, type))
            return ValueTask.CompletedTask;
        if (_fullMode == BoundedChannelFullMode.Wait)
            return WriteSlowAsync(value, type, cancellationToken);
        Drop();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="WriteAsync(T, int, CancellationToken)"/>
    public ValueTask WriteAsync(T value, CancellationToken cancellationToken = default) => WriteAsync(value, type: 0, cancellationToken);

    /// <summary>
    /// Completes with true when there is room, and with false when the ring was completed. Waits without
    /// holding a thread; at once and without allocation when there is room already.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsRoomNow(s_valueBytes, out bool isCompleted) ? new ValueTask<bool>(!isCompleted) : WaitToWriteSlowAsync(s_valueBytes, cancellationToken);
    }

    private protected override bool IsWorthTrying() => _core.IsWorthTrying(_awaitedBytes);

    private bool IsRoomNow(int lengthBytes, out bool isCompleted)
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

    /// <summary>True when there is room, or when it may not be used any more.</summary>
    internal bool IsRoomNow(out bool isCompleted) => IsRoomNow(s_valueBytes, out isCompleted);

    private async ValueTask<bool> WaitToWriteSlowAsync(int lengthBytes, CancellationToken cancellationToken)
    {
        bool isCompleted;
        while (!IsRoomNow(lengthBytes, out isCompleted))
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        return !isCompleted;
    }

    private async ValueTask WriteSlowAsync(T value, int type, CancellationToken cancellationToken)
    {
        do
        {
            _awaitedBytes = s_valueBytes;
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        }
        while (!TryWrite(value, type));
    }
}
