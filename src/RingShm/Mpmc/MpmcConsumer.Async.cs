using System.Runtime.CompilerServices;

namespace RingShm;

/// <remarks>Waiting without a thread.</remarks>
public sealed partial class MpmcConsumer
{
    /// <summary>
    /// Completes with true when there is something to read, and with false when nothing more will come: the ring was completed
    /// and is drained. Another consumer may take it first: then try again. Waits without holding a thread; at once and without allocation when there is something already.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was taken.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or a message that must be handed back first is open.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>What dead participants hold is looked for as in <see cref="Read(out Message, TimeSpan, CancellationToken)"/>, after a millisecond at first and then more and more rarely, up to a second or <see cref="WaitStrategy.SleepSlice"/>.</remarks>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsNewsNow(out bool isDrained) ? new ValueTask<bool>(!isDrained) : WaitToReadSlowAsync(cancellationToken);
    }

    /// <summary>
    /// Takes the next message, waiting for it without holding a thread; at once when there is one already.
    /// </summary>
    /// <remarks>
    /// The message is copied and handed back before this completes: a consumer that dies later has consumed it. To keep the only copy
    /// in the ring until it is dealt with, use <see cref="WaitToReadAsync"/> and <see cref="TryRead"/>.
    /// </remarks>
    /// <exception cref="RingCompletedException">The ring was completed and is drained: nothing more will come.</exception>
    /// <inheritdoc cref="WaitToReadAsync"/>
    public ValueTask<OwnedMessage> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<OwnedMessage>(cancellationToken);
        return TryReadOwned(out OwnedMessage message) ? new ValueTask<OwnedMessage>(message) : ReadSlowAsync(cancellationToken);
    }

    /// <summary>Takes one message after the other as it comes, until the ring was completed and is drained.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<OwnedMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryReadOwned(out OwnedMessage message))
            {
                yield return message;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private protected override bool IsWorthTrying() => _core.IsWorthTrying();

    private protected override bool IsHeldUp() => _core.IsHeldUp();

    private protected override void LookBehindWhatIsHeld()
    {
        EnterBeside();
        try
        {
            LookForTheDead();
        }
        finally
        {
            ExitBeside(opened: 0);
        }
    }

    private bool TryReadOwned(out OwnedMessage owned)
    {
        if (!TryRead(out Message message))
        {
            owned = default;
            return false;
        }

        using (message)
            owned = new OwnedMessage(message);
        return true;
    }

    /// <summary>True when there is something to read, or when nothing more will come.</summary>
    internal bool IsNewsNow(out bool isDrained)
    {
        EnterBeside();
        try
        {
            isDrained = _core.IsDrained();
            return isDrained || _core.IsWorthTrying();
        }
        finally
        {
            ExitBeside(opened: 0);
        }
    }

    private async ValueTask<bool> WaitToReadSlowAsync(CancellationToken cancellationToken)
    {
        bool isDrained;
        while (!IsNewsNow(out isDrained))
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        return !isDrained;
    }

    private async ValueTask<OwnedMessage> ReadSlowAsync(CancellationToken cancellationToken)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (TryReadOwned(out OwnedMessage message))
                return message;
        }

        ThrowHelper.Drained();
        return default;
    }
}
