using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace RingShm;

/// <summary>
/// A ring's producer as a <see cref="ChannelWriter{T}"/>: code written for channels writes to another process. Thread-safe, as
/// channel writers are; several threads take turns.
/// </summary>
/// <remarks>
/// <para>
/// A full ring is what the producer's <see cref="BoundedChannelFullMode"/> says, as in a bounded channel: with Wait, <see cref="TryWrite"/>
/// is false and <c>WriteAsync</c> waits, without holding a thread; with the others both succeed at once and
/// <see cref="MessagesDropped"/> counts what was lost.
/// </para>
/// <para>
/// Completing completes the ring, for the writers of all processes; the readers end when they have read what is there. The error stays
/// in this process. A writer that is disposed without it leaves the ring open for others.
/// </para>
/// </remarks>
/// <typeparam name="T">What is sent.</typeparam>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "Whoever waits for its turn still takes it; without a wait handle it holds nothing.")]
public sealed class RingChannelWriter<T> : ChannelWriter<T>, IDisposable
{
    private readonly ProducerHandle _handle;
    private readonly TryPut _tryPut;
    private readonly IsRoom _isRoom;
    private readonly Func<bool> _tryComplete;
    private readonly Lock _lock = new();

    /// <summary>The handle waits for one at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    internal RingChannelWriter(ProducerHandle handle, TryPut tryPut, IsRoom isRoom, Func<bool> tryComplete)
    {
        _handle = handle;
        _tryPut = tryPut;
        _isRoom = isRoom;
        _tryComplete = tryComplete;
    }

    internal delegate bool TryPut(T value);

    internal delegate bool IsRoom(out bool isCompleted);

    /// <summary>How many messages were lost because this writer found the ring full and was told to drop.</summary>
    public long MessagesDropped => _handle.MessagesDropped;

    /// <summary>
    /// Writes a value. False when the ring is full and the mode is to wait, or when the ring was completed. Never waits.
    /// </summary>
    /// <exception cref="MessageTooLargeException">The serialized value is longer than the ring can ever carry.</exception>
    /// <exception cref="ObjectDisposedException">The writer or its ring was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>What a serializer throws goes on to the caller; nothing is written.</remarks>
    public override bool TryWrite(T item)
    {
        lock (_lock)
        {
            try
            {
                return _tryPut(item);
            }
            catch (RingCompletedException)
            {
                return false;
            }
        }
    }

    /// <summary>Completes with true when there may be room, and with false when the ring was completed.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The writer or its ring was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>Room for a message as long as the one that was last refused.</remarks>
    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsRoomNow(out bool isCompleted) ? new ValueTask<bool>(!isCompleted) : WaitAsync(cancellationToken);
    }

    /// <summary>Completes the ring, for all its writers. False when it was completed already.</summary>
    /// <param name="error">Not carried to other processes.</param>
    /// <exception cref="ObjectDisposedException">The ring was disposed.</exception>
    public override bool TryComplete(Exception? error = null) => _tryComplete();

    /// <summary>Gives the producer's role back, and ends waits with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _handle.Dispose();

    private bool IsRoomNow(out bool isCompleted)
    {
        lock (_lock)
            return _isRoom(out isCompleted);
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool isCompleted;
            for (int slice = 0; !IsRoomNow(out isCompleted); slice++)
            {
                if (await _handle.WaitSliceAsync(slice, cancellationToken).ConfigureAwait(false))
                {
                    // The next slice is the first again: only what comes to nothing makes the pauses grow.
                    slice = -1;
                    continue;
                }

                lock (_lock)
                    _handle.LookForDeadHolders();
            }

            return !isCompleted;
        }
        finally
        {
            _ = _turn.Release();
        }
    }
}
