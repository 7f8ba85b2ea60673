using System.Runtime.CompilerServices;

namespace RingShm;

/// <remarks>Waiting without a thread.</remarks>
public sealed partial class SpscConsumer<T>
{
    /// <summary>
    /// Completes with true when there is something to read, and with false when nothing more will come: the ring was completed
    /// and is drained. Waits without holding a thread; at once and without allocation when there is something already.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was taken.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or a message that must be handed back first is open.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>If the producer dies, the wait goes on until a successor writes or the ring is completed.</remarks>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsNewsNow(out bool isDrained) ? new ValueTask<bool>(!isDrained) : WaitToReadSlowAsync(cancellationToken);
    }

    /// <summary>
    /// Takes the next value, waiting for it without holding a thread; at once and without allocation when there is one already.
    /// </summary>
    /// <exception cref="RingCompletedException">The ring was completed and is drained: nothing more will come.</exception>
    /// <inheritdoc cref="WaitToReadAsync"/>
    public ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        return TryRead(out T value) ? new ValueTask<T>(value) : ReadSlowAsync(cancellationToken);
    }

    /// <summary>Takes one value after the other as it comes, until the ring was completed and is drained.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryRead(out T value))
            {
                yield return value;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private protected override bool IsWorthTrying() => _core.IsWorthTrying();

    /// <summary>True when there is something to read, or when nothing more will come.</summary>
    internal bool IsNewsNow(out bool isDrained)
    {
        Enter(ref _core.State);
        try
        {
            isDrained = _core.IsDrained();
            return isDrained || _core.IsWorthTrying();
        }
        finally
        {
            Leave();
        }
    }

    private async ValueTask<bool> WaitToReadSlowAsync(CancellationToken cancellationToken)
    {
        bool isDrained;
        while (!IsNewsNow(out isDrained))
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        return !isDrained;
    }

    private async ValueTask<T> ReadSlowAsync(CancellationToken cancellationToken)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TryRead(out T value))
                return value;
        }

        ThrowHelper.Drained();
        return default;
    }
}
