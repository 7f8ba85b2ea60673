using RingShm.Liveness;

namespace RingShm;

/// <summary>
/// What the consumers of all kinds of ring have in common, those of bytes and those of values: they wait for what comes, and come to an
/// end. Used by one thread at a time.
/// </summary>
public abstract class ConsumerHandle : RingHandle
{
    private protected ConsumerHandle(RowLease row, HandleBells bells)
        : base(row, bells)
    {
    }

    /// <summary>
    /// True when the ring was completed and nothing more will come to this handle but what it returns itself: every message has been read
    /// (broadcast: by this reader), and no other consumer, alive or dead, has one that may come again. Never waits. Says false until a read
    /// has looked in vain for what was returned or given up last.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread is using this handle, or a message is open where one at a time can be.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public bool IsDrained
    {
        get
        {
            BeginLook();
            try
            {
                return HasEnded;
            }
            finally
            {
                EndLook();
            }
        }
    }

    /// <summary>Within an operation: see <see cref="IsDrained"/>.</summary>
    private protected abstract bool HasEnded { get; }

    /// <summary>
    /// Completes with true when there is something to read or to be told, and with false when nothing more will come: the ring was
    /// completed and is drained. Where several consumers share the messages, another may take it first: then try again. Waits without
    /// holding a thread; at once and without allocation when there is something already.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was taken.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or a message that must be handed back first is open.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <remarks>
    /// In an SPSC ring whose producer dies, the wait goes on until a successor writes or the ring is completed. In the other kinds the dead
    /// behind whose claims or messages it waits are looked for a millisecond after the wait was seen to be held up, then more and more rarely, up to a
    /// second or <see cref="WaitStrategy.SleepSlice"/>. That it is held up, a wait sees within four such slices. A reader of a broadcast ring that was evicted has something to be told: its next read throws.
    /// </remarks>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsNewsNow(out bool isDrained) ? new ValueTask<bool>(!isDrained) : WaitAsync(cancellationToken);
    }

    /// <summary>True when there is something to read, or when nothing more will come.</summary>
    internal bool IsNewsNow(out bool isDrained)
    {
        BeginLook();
        try
        {
            isDrained = HasEnded;
            return isDrained || IsWorthTrying();
        }
        finally
        {
            EndLook();
        }
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        bool isDrained;
        while (!IsNewsNow(out isDrained))
            await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        return !isDrained;
    }
}
