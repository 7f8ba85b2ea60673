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
/// <para>
/// A reader of a broadcast ring swallows nothing that happens to it. If it was evicted, reading throws a <see cref="ReaderEvictedException"/>
/// from then on, and <see cref="Completion"/> fails with it. If messages were lost (a lossy ring), the callback that it was attached with is
/// told how many, before it returns the message behind the gap; without a callback the read throws a <see cref="MessagesLostException"/>
/// once, and the next read returns that message.
/// </para>
/// </remarks>
/// <typeparam name="T">What is received.</typeparam>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "Whoever waits for its turn still takes it; without a wait handle it holds nothing.")]
public sealed class RingChannelReader<T> : ChannelReader<T>, IDisposable
{
    private readonly ConsumerHandle _handle;
    private readonly TryTake _tryTake;
    private readonly Action<long>? _lost;
    private readonly Lock _lock = new();

    /// <summary>The handle waits for one at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The value behind a gap, while its reader is being told of the gap.</summary>
    private T? _behindGap;
    private bool _hasBehindGap;

    /// <summary>Messages that were lost, and of which nobody was told yet.</summary>
    private long _untold;

    internal RingChannelReader(ConsumerHandle handle, TryTake tryTake, Action<long>? lost)
    {
        _handle = handle;
        _tryTake = tryTake;
        _lost = lost;
    }

    internal delegate bool TryTake([MaybeNullWhen(false)] out T value, out long lostBefore);

    /// <inheritdoc/>
    public override Task Completion => _completion.Task;

    /// <summary>Takes the next value. False when there is none now. Never waits.</summary>
    /// <exception cref="ObjectDisposedException">The reader or its ring was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <exception cref="ReaderEvictedException">Broadcast: the writers went on without this reader.</exception>
    /// <exception cref="MessagesLostException">Lossy broadcast, without a callback: messages were lost. The next read goes on behind them.</exception>
    /// <remarks>
    /// What a deserializer throws goes on to the caller; its message is consumed. So does what the callback throws; the message behind the gap
    /// comes next.
    /// </remarks>
    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        lock (_lock)
        {
            TellOfLost();
            if (TryTakeBehindGap(out item) || TryTakeNext(out item))
                return true;
            // Only for the completion: whoever reads on until false ends it.
            if (_handle.IsNewsNow(out bool isDrained) && isDrained)
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

    private bool TryTakeBehindGap([MaybeNullWhen(false)] out T item)
    {
        bool hasOne = _hasBehindGap;
        item = _behindGap!;
        _hasBehindGap = false;
        _behindGap = default;
        return hasOne;
    }

    /// <summary>A loss is told before the value behind it, which waits until that was heard.</summary>
    private bool TryTakeNext([MaybeNullWhen(false)] out T item)
    {
        long lostBefore = 0;
        try
        {
            if (!_tryTake(out item, out lostBefore))
                return false;
        }
        catch (ReaderEvictedException eviction)
        {
            // Seen here as well, so that a completion that nobody looks at is no unobserved failure.
            if (_completion.TrySetException(eviction))
                _ = _completion.Task.Exception;
            throw;
        }
        finally
        {
            // Also where a deserializer has thrown: its message is gone, and those before it still have to be told of.
            _untold += lostBefore;
        }

        if (_untold == 0)
            return true;
        _behindGap = item;
        _hasBehindGap = true;
        TellOfLost();
        return TryTakeBehindGap(out item);
    }

    private void TellOfLost()
    {
        long messages = _untold;
        if (messages == 0)
            return;
        _untold = 0;
        if (_lost == null)
            throw new MessagesLostException(messages);
        _lost(messages);
    }

    private bool IsNewsNow(out bool isDrained)
    {
        lock (_lock)
        {
            isDrained = false;
            if (_hasBehindGap || _untold > 0)
                return true;
            bool isNews = _handle.IsNewsNow(out isDrained);
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
                {
                    // The next slice is the first again: only what comes to nothing makes the pauses grow.
                    slice = -1;
                    continue;
                }

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
