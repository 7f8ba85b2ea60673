using System.Runtime.CompilerServices;
using RingShm.Waiting;

namespace RingShm;

/// <remarks>
/// An asynchronous wait does not keep the handle busy and holds no thread: the process's hub looks at the ring for it. The handle
/// may be disposed meanwhile, which ends the wait.
/// </remarks>
public abstract partial class RingHandle : IAsyncCondition
{
    private Mpmc.RecoveryPace _pace;

    bool IWaitCondition.IsMet() => IsWorthTrying() || IsDisposed;

    bool IHeldUpCondition.IsHeldUp() => IsHeldUp();

    bool IAsyncCondition.TryBegin() => _bells.TryHoldRegion();

    void IAsyncCondition.End() => _bells.LetGoOfRegion();

    /// <summary>After an attempt in vain: true when another one may succeed, or say why none will. Changes nothing; any thread.</summary>
    private protected abstract bool IsWorthTrying();

    /// <summary>After an attempt in vain: true when another participant, alive or dead, holds what this handle is behind. Any thread.</summary>
    private protected virtual bool IsHeldUp() => false;

    /// <summary>
    /// Within an operation: asks the kernel about whoever holds this handle up. Enters the kernel only when somebody does. True when
    /// another attempt is worth it.
    /// </summary>
    private protected virtual bool LookForTheDead() => false;

    /// <summary>
    /// Begins a look at the ring, from outside of any other operation. A handle that keeps its busy mark in a word of its own overrides
    /// it, and its end.
    /// </summary>
    private protected virtual void BeginLook() => EnterBeside();

    private protected virtual void EndLook() => ExitBeside(opened: 0);

    /// <summary>
    /// Within an operation that found nothing to do: looks for the dead when it is time to. True when another attempt is worth it, and then
    /// the others of this role are told, and those of the other.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsFreedFromTheDead() => _pace.IsDue() && LookForTheDeadAndTell();

    /// <summary>
    /// After an attempt in vain: waits a slice at the most; false when the time is up. Where a slice brought nothing, the next attempt looks
    /// for the dead.
    /// </summary>
    private protected virtual bool TryWait(in WaitLimit limit, ref bool spins)
    {
        News condition = new(this);
        if (_bells.WaitSlice(ref condition, limit, spins))
            return true;
        spins = false;
        _pace.Rest();
        return !limit.IsOver;
    }

    /// <summary>
    /// For who shares a handle between threads, under a lock of its own, and waits outside it: waits for a slice of
    /// <see cref="WaitForNewsAsync"/>. When that gives false, <see cref="LookForDeadHolders"/> is due.
    /// </summary>
    internal ValueTask<bool> WaitSliceAsync(int slice, CancellationToken cancellationToken) => _bells.WaitAsync(this, slice, cancellationToken);

    internal void LookForDeadHolders()
    {
        BeginLook();
        try
        {
            _ = LookForTheDeadAndTell();
        }
        finally
        {
            EndLook();
        }
    }

    /// <summary>After an attempt in vain: completes when another one is worth trying, or the handle was disposed.</summary>
    private protected async ValueTask WaitForNewsAsync(CancellationToken cancellationToken)
    {
        for (int slice = 0; !await _bells.WaitAsync(this, slice, cancellationToken).ConfigureAwait(false); slice++)
            LookForDeadHolders();
    }

    private bool LookForTheDeadAndTell()
    {
        if (!LookForTheDead())
            return false;
        _bells.Own.Ring();
        // What the dead one held may be what the other role waits for: room that came free, or a message that is to be read.
        _bells.Others.Ring();
        return true;
    }

    private readonly struct News(RingHandle handle) : IHeldUpCondition
    {
        public bool IsMet() => handle.IsWorthTrying() || handle.IsDisposed;

        public bool IsHeldUp() => handle.IsHeldUp();
    }
}
