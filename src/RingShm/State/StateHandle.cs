using System.Runtime.CompilerServices;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// What readers and writers of a state cell have in common: they know its version and wait for it to change. Used by one thread at a
/// time.
/// </summary>
public abstract class StateHandle : RingHandle
{
    private State.StateReaderCore<DirectMemory> _reader;
    private long _awaitedSince;

    /// <summary>Plain: the handle is one thread's at a time, and an await hands it on.</summary>
    private bool _isAwaiting;

    private protected StateHandle(in State.StateAttachment attachment)
        : base(attachment.Row, attachment.Bells)
    {
        _reader = attachment.Reader;
        Source = attachment.Source;
    }

    /// <summary>The longest value, in bytes.</summary>
    public int MaxValueBytes => _reader.MaxValueBytes;

    /// <summary>The version of the value that is there now; 0 when nothing was written yet. Never waits.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public long Version
    {
        get
        {
            Enter();
            long version = _reader.Version;
            Exit();
            return version;
        }
    }

    private protected ref State.StateReaderCore<DirectMemory> Reader => ref _reader;

    /// <summary>The cell object's name for itself.</summary>
    private protected long Source { get; }

    /// <summary>
    /// Waits until the value is newer than a version and was not written through this handle's own cell object: what one has written oneself
    /// is no news. Spins, yields, then sleeps in the kernel, as <see cref="RingOptions.WaitStrategy"/> says. False when the time
    /// was up first. Changes that follow each other quickly may be seen as one: a cell has the latest value only.
    /// </summary>
    /// <param name="sinceVersion">The version that the caller knows; 0 for none.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait, also while it sleeps.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative time.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, before the wait or during it.</exception>
    /// <exception cref="RingCorruptException">The cell's words make no sense.</exception>
    public bool WaitForChange(long sinceVersion, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        while (!IsChangedSince(sinceVersion))
        {
            News condition = new(this, sinceVersion);
            if (!Bells.Wait(ref condition, limit))
                return false;
        }

        return true;
    }

    /// <summary>
    /// The same without a thread that waits: one thread of the process waits for all. Await it before the handle is used again. When
    /// the handle is disposed meanwhile, the wait ends with an <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <param name="sinceVersion">The version that the caller knows; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle, or another wait has not ended.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, before the wait or during it.</exception>
    /// <exception cref="RingCorruptException">The cell's words make no sense.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitForChangeAsync(long sinceVersion, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isAwaiting)
            throw new InvalidOperationException("Another asynchronous wait of this handle has not ended.");
        _isAwaiting = true;
        try
        {
            _awaitedSince = sinceVersion;
            while (!IsChangedSince(sinceVersion))
                await WaitForNewsAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _isAwaiting = false;
        }
    }

    private protected StateStamp StampOf(in State.StateRead read) => new(read.Version, read.LengthBytes, read.Version != 0 && read.Source == Source);

    private protected override bool IsWorthTrying() => _reader.HasNews(_awaitedSince, Source);

    /// <summary>Exactly, where the condition of a wait may say so once too often.</summary>
    private bool IsChangedSince(long version)
    {
        Enter();
        try
        {
            if (_reader.Version <= version)
                return false;
            State.StateRead read = _reader.Look();
            return read.Version > version && read.Source != Source;
        }
        finally
        {
            Exit();
        }
    }

    private readonly struct News(StateHandle handle, long sinceVersion) : IWaitCondition
    {
        public bool IsMet() => handle._reader.HasNews(sinceVersion, handle.Source) || handle.IsDisposed;
    }
}
