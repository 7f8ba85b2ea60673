using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A consumer of values of one unmanaged type, whatever the kind of its ring: <see cref="SpscConsumer{T}"/>, <see cref="MpmcConsumer{T}"/>
/// or <see cref="BroadcastReader{T}"/>. Used by one thread at a time.
/// </summary>
/// <remarks>Code that reads at full speed names the kind: a call through this class is a virtual one.</remarks>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public abstract class ValueConsumer<T> : ConsumerHandle
    where T : unmanaged
{
    private protected ValueConsumer(RowLease row, HandleBells bells)
        : base(row, bells)
    {
    }

    /// <summary>Takes the next value. False means that there is none now. Waits for nobody.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="ReaderEvictedException">Broadcast: this reader was a whole ring behind, and the writers went on without it.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public abstract bool TryRead(out T value);

    /// <summary>Takes values until the destination is full or there are none now. Never waits. Returns how many.</summary>
    /// <param name="destination">Where to put them.</param>
    /// <inheritdoc cref="TryRead(out T)"/>
    public abstract int TryReadBatch(Span<T> destination);

    /// <summary>
    /// Takes the next value, waiting for it: spins, then yields, then sleeps. False when the time was up first, or when the ring
    /// is drained (<see cref="ConsumerHandle.IsDrained"/> tells).
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// In an SPSC ring whose producer dies, it waits on until a successor writes or the ring is completed. In the other kinds it asks the
    /// kernel about whoever holds what it waits behind after each slice of its sleep, and passes what a dead one had claimed
    /// (<see cref="WaitStrategy.SleepSlice"/>).
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was taken.</exception>
    /// <inheritdoc cref="TryRead(out T)"/>
    public bool Read(out T value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        bool spins = true;
        while (!TryRead(out value))
        {
            if (IsDrained || !TryWait(limit, ref spins))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Takes the next value, waiting for it without holding a thread; at once and without allocation when there is one already.
    /// </summary>
    /// <exception cref="RingCompletedException">The ring was completed and is drained: nothing more will come.</exception>
    /// <exception cref="ReaderEvictedException">Broadcast: the writers went on without this reader, also while it waited.</exception>
    /// <inheritdoc cref="ConsumerHandle.WaitToReadAsync"/>
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
