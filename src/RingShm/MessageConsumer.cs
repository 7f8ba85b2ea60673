using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A consumer of messages of bytes, whatever the kind of its ring: <see cref="SpscConsumer"/>, <see cref="MpmcConsumer"/> or
/// <see cref="BroadcastReader"/>. Used by one thread at a time.
/// </summary>
/// <remarks>Code that reads at full speed names the kind: a call through this class is a virtual one.</remarks>
public abstract class MessageConsumer : ConsumerHandle
{
    private protected MessageConsumer(RowLease row, HandleBells bells)
        : base(row, bells)
    {
    }

    /// <summary>Leases the next message. False means that there is none now. Waits for nobody. Dispose the message to hand it back.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="InvalidOperationException">Another thread is using this handle, or a message is open where one at a time can be.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="ReaderEvictedException">Broadcast: this reader was a whole ring behind, and the writers went on without it.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public abstract bool TryRead(out Message message);

    /// <summary>
    /// Passes up to <paramref name="limit"/> messages to the handler, one after the other, and hands all of them back at the end. Never
    /// waits. Returns how many; 0 when there are none now.
    /// </summary>
    /// <param name="handler">What to do with each. If it throws, that one comes again, flagged <see cref="Message.Redelivered"/>.</param>
    /// <param name="limit">The most messages to pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit that is not positive.</exception>
    /// <inheritdoc cref="TryRead"/>
    public abstract int TryReadBatch(MessageHandler handler, int limit);

    /// <summary>
    /// Leases the next message, waiting for it: spins, then yields, then sleeps. False when the time was up first, or when the
    /// ring is drained (<see cref="ConsumerHandle.IsDrained"/> tells).
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// In an SPSC ring whose producer dies, it waits on until a successor writes or the ring is completed. In the other kinds it asks the
    /// kernel about whoever holds what it waits behind after each slice of its sleep, and passes what a dead one had claimed
    /// (<see cref="WaitStrategy.SleepSlice"/>).
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was taken.</exception>
    /// <inheritdoc cref="TryRead"/>
    public bool Read(out Message message, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        bool spins = true;
        while (!TryRead(out message))
        {
            if (IsDrained || !TryWait(limit, ref spins))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Takes the next message, waiting for it without holding a thread; at once when there is one already.
    /// </summary>
    /// <remarks>
    /// The message is copied and handed back before this completes: a consumer that dies later has consumed it. To keep the only copy
    /// in the ring until it is dealt with, use <see cref="ConsumerHandle.WaitToReadAsync"/> and <see cref="TryRead"/>.
    /// </remarks>
    /// <exception cref="RingCompletedException">The ring was completed and is drained: nothing more will come.</exception>
    /// <exception cref="ReaderEvictedException">Broadcast: the writers went on without this reader, also while it waited.</exception>
    /// <inheritdoc cref="ConsumerHandle.WaitToReadAsync"/>
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
