using RingShm.Waiting;

namespace RingShm;

/// <remarks>
/// An asynchronous wait does not keep the handle busy and holds no thread: the process's hub looks at the ring for it. The handle
/// may be disposed meanwhile, which ends the wait.
/// </remarks>
public abstract partial class RingHandle : IAsyncCondition
{
    bool IWaitCondition.IsMet() => IsWorthTrying() || IsDisposed;

    bool IHeldUpCondition.IsHeldUp() => IsHeldUp();

    bool IAsyncCondition.TryBegin() => _bells.TryHoldRegion();

    void IAsyncCondition.End() => _bells.LetGoOfRegion();

    /// <summary>After an attempt in vain: true when another one may succeed, or say why none will. Changes nothing; any thread.</summary>
    private protected abstract bool IsWorthTrying();

    /// <summary>After an attempt in vain: true when another participant, alive or dead, holds what this handle is behind. Any thread.</summary>
    private protected virtual bool IsHeldUp() => false;

    /// <summary>Asks the kernel for the dead that hold this handle up. The caller is the one that uses the handle.</summary>
    private protected virtual void LookBehindWhatIsHeld()
    {
    }

    /// <summary>Says that a slice of sleep brought nothing: the next attempt is to look for the dead.</summary>
    private protected virtual void LookAtNextAttempt()
    {
    }

    /// <summary>
    /// After an attempt in vain: waits a slice at the most; false when the time is up. Where a slice brought nothing, the next attempt looks
    /// for the dead.
    /// </summary>
    private protected bool TryWait(in WaitLimit limit, ref bool spins)
    {
        News condition = new(this);
        if (_bells.WaitSlice(ref condition, limit, spins))
            return true;
        spins = false;
        LookAtNextAttempt();
        return !limit.IsOver;
    }

    /// <summary>
    /// For who shares a handle between threads, under a lock of its own, and waits outside it: waits for a slice of
    /// <see cref="WaitForNewsAsync"/>. When that gives false, <see cref="LookForDeadHolders"/> is due.
    /// </summary>
    internal ValueTask<bool> WaitSliceAsync(int slice, CancellationToken cancellationToken) => _bells.WaitAsync(this, slice, cancellationToken);

    internal void LookForDeadHolders() => LookBehindWhatIsHeld();

    /// <summary>After an attempt in vain: completes when another one is worth trying, or the handle was disposed.</summary>
    private protected async ValueTask WaitForNewsAsync(CancellationToken cancellationToken)
    {
        for (int slice = 0; !await _bells.WaitAsync(this, slice, cancellationToken).ConfigureAwait(false); slice++)
            LookBehindWhatIsHeld();
    }

    private readonly struct News(RingHandle handle) : IHeldUpCondition
    {
        public bool IsMet() => handle.IsWorthTrying() || handle.IsDisposed;

        public bool IsHeldUp() => handle.IsHeldUp();
    }
}
