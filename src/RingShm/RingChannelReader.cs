using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace RingShm;

/// <summary>
/// A ring's consumer as a <see cref="ChannelReader{T}"/>: code written for channels reads what another process writes. Thread-safe, as
/// channel readers are; several threads take turns.
/// </summary>
/// <remarks>
/// <para>
/// What the reader has returned is consumed: if the process dies then, nobody gets it again. Waits hold no thread.
/// </para>
/// <para>
/// The reader ends when the ring was completed, by whichever process, and is drained. <see cref="Completion"/> completes when a read
/// or a wait finds that out, or when the reader is disposed: nobody looks at the ring on its own account. An error that a writer
/// completed with stays in the writer's process.
/// </para>
/// </remarks>
/// <typeparam name="T">What is received.</typeparam>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "Whoever waits for its turn still takes it; without a wait handle it holds nothing.")]
public sealed class RingChannelReader<T> : ChannelReader<T>, IDisposable
{
    private readonly RingHandle _handle;
    private readonly TryTake _tryTake;
    private readonly IsNews _isNews;
    private readonly Lock _lock = new();

    /// <summary>The handle waits for one at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RingChannelReader(RingHandle handle, TryTake tryTake, IsNews isNews)
    {
        _handle = handle;
        _tryTake = tryTake;
        _isNews = isNews;
    }

    internal delegate bool TryTake([MaybeNullWhen(false)] out T value);

    internal delegate bool IsNews(out bool isDrained);

    /// <inheritdoc/>
    public override Task Completion => _completion.Task;

    /// <summary>Takes the next value. False when there is none now. Never waits.</summary>
    /// <exception cref="ObjectDisposedException">The reader or its ring was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>What a deserializer throws goes on to the caller; its message is consumed.</remarks>
    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        lock (_lock)
        {
            if (_tryTake(out item))
                return true;
            // Only for the completion: whoever reads on until false ends it.
            if (_isNews(out bool isDrained) && isDrained)
                _ = _completion.TrySetResult();
            return false;
        }
    }

    /// <summary>Completes with true when there may be something to read, and with false when nothing more will come.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The reader or its ring was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsNewsNow(out bool isDrained) ? new ValueTask<bool>(!isDrained) : WaitAsync(cancellationToken);
    }

    /// <summary>Gives the consumer's role back, and ends waits with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        _ = _completion.TrySetResult();
    }

    private bool IsNewsNow(out bool isDrained)
    {
        lock (_lock)
        {
            bool isNews = _isNews(out isDrained);
            if (isDrained)
                _ = _completion.TrySetResult();
            return isNews;
        }
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool isDrained;
            for (int slice = 0; !IsNewsNow(out isDrained); slice++)
            {
                if (await _handle.WaitSliceAsync(slice, cancellationToken).ConfigureAwait(false))
                    continue;
                lock (_lock)
                    _handle.LookForDeadHolders();
            }

            return !isDrained;
        }
        finally
        {
            _ = _turn.Release();
        }
    }
}
