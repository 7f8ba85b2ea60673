using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RingShm.Liveness;

namespace RingShm;

/// <summary>
/// What every attached participant is. A handle is used by one thread at a time; <see cref="Dispose"/> may be called from any
/// thread at any time.
/// </summary>
/// <remarks>
/// A handle that is lost without being disposed gives its role back when the garbage collector finds it; a process that ends
/// gives it back through the kernel.
/// </remarks>
[SuppressMessage("Design", "CA1063:Implement IDisposable correctly", Justification = "Closed hierarchy; the row lease has the finalizer.")]
public abstract partial class RingHandle : IDisposable
{
    private const int Idle = 0;

    /// <summary>The busy mark, alone in its word or as the lowest bit of a position.</summary>
    internal const int Busy = 1;

    /// <summary>What each open claim or lease adds in a handle that can have several.</summary>
    private const int OneOpen = 2;

    private readonly RowLease _row;
    private readonly HandleBells _bells;

    /// <summary>
    /// Busy while the owning thread is inside an operation or holds a claim or a lease. With <see cref="_closed"/> it forms
    /// an asymmetric Dekker: the owner stores here and loads there without a fence; the rare disposer stores there, makes
    /// every running thread pass a barrier, and loads here.
    /// </summary>
    private int _busy;
    private int _closed;
    private int _handedBack;

    private protected RingHandle(RowLease row, HandleBells bells)
    {
        _row = row;
        _bells = bells;
    }

    /// <summary>True after <see cref="Dispose"/>.</summary>
    public bool IsDisposed => Volatile.Read(ref _closed) != 0;

    /// <summary>
    /// Gives the role back. Does not wait: if another thread is inside an operation, or a claim or a lease is open, the role is
    /// given back when that ends. Nothing published is lost; an open claim can no longer be committed. A thread that waits in the
    /// handle is woken and gets an <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        Interlocked.MemoryBarrierProcessWide();
        if (!IsBusy)
            HandBack();
        _bells.Interrupt();
    }

    /// <summary>Where it waits, and what it rings.</summary>
    private protected HandleBells Bells => _bells;

    /// <summary>
    /// True while an operation runs or a claim or a lease is open. A handle that keeps its busy mark in a word of its own overrides
    /// it; see <see cref="Enter(ref long)"/>.
    /// </summary>
    private protected virtual bool IsBusy => Volatile.Read(ref _busy) != Idle;

    /// <summary>Begins an operation. Throws when the handle is disposed or in the middle of something.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter()
    {
        // Plain: only the owning thread writes it. Anything but idle is misuse, reported as well as a plain load can see it.
        if (_busy != Idle)
            ThrowBusy();
        Volatile.Write(ref _busy, Busy);
        if (Volatile.Read(ref _closed) != 0)
            LeaveAndThrowDisposed();
    }

    /// <summary>Ends an operation, or the claim or lease that it left open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Exit()
    {
        Volatile.Write(ref _busy, Idle);
        if (Volatile.Read(ref _closed) != 0)
            HandBack();
    }

    /// <summary>
    /// Begins an operation of a handle that may have claims or leases open beside it. Throws when the handle is disposed or another
    /// operation is under way.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EnterBeside()
    {
        int state = _busy;
        if ((state & Busy) != 0)
            ThrowBusy();
        Volatile.Write(ref _busy, state | Busy);
        if (Volatile.Read(ref _closed) != 0)
            LeaveBesideAndThrowDisposed();
    }

    /// <summary>The same for an operation that ends a claim or a lease, which a disposed handle still does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EnterToEnd()
    {
        int state = _busy;
        if ((state & Busy) != 0)
            ThrowBusy();
        Volatile.Write(ref _busy, state | Busy);
    }

    /// <summary>Ends an operation that leaves this many claims or leases more open than it found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ExitBeside(int opened)
    {
        int state = (_busy & ~Busy) + (opened * OneOpen);
        Volatile.Write(ref _busy, state);
        if (Volatile.Read(ref _closed) != 0 && state == Idle)
            HandBack();
    }

    /// <summary>Hands back a message that is a lease of this handle.</summary>
    private protected virtual void EndLease(long position)
    {
    }

    internal void ReleaseLease(long position) => EndLease(position);

    /// <summary>
    /// The same as <see cref="Enter()"/> with the busy mark in the lowest bit of the handle's position, which is a multiple of
    /// eight: one store marks the handle busy, and the store of the next position ends the operation, where two words would take
    /// three. Stores are what a streaming ring is short of: each waits in the store buffer behind those to lines that the other
    /// side holds (docs/adr/0007). Returns the position.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected long Enter(ref long state)
    {
        long position = state;
        if ((position & Busy) != 0)
            ThrowBusy();
        Volatile.Write(ref state, position | Busy);
        if (Volatile.Read(ref _closed) != 0)
            LeaveAndThrowDisposed(ref state, position);
        return position;
    }

    /// <summary>Ends an operation begun with <see cref="Enter(ref long)"/>; the handle stands at this position now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Exit(ref long state, long position)
    {
        Volatile.Write(ref state, position);
        if (Volatile.Read(ref _closed) != 0)
            HandBack();
    }

    /// <summary>
    /// The same as <see cref="Exit(ref long, long)"/>, but true means that the handle was disposed meanwhile, and then the caller ends
    /// with <see cref="HandBackLate"/>: a call at the very end of a method costs its common path no saved register.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected bool ExitAndTell(ref long state, long position)
    {
        Volatile.Write(ref state, position);
        return Volatile.Read(ref _closed) != 0;
    }

    /// <summary>Gives the role back, if nobody has; returns true, which is what the operation that ends so returns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected bool HandBackLate()
    {
        HandBack();
        return true;
    }

    /// <summary>True while the mark is set; for <see cref="IsBusy"/>, on whatever thread the disposer runs.</summary>
    private protected static bool IsMarkedBusy(ref long state) => (Volatile.Read(ref state) & Busy) != 0;

    /// <summary>Runs once, by whichever thread gives the role back, just before it does. Nobody is inside the handle.</summary>
    private protected virtual void BeforeHandBack()
    {
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void HandBack()
    {
        if (Interlocked.Exchange(ref _handedBack, 1) != 0)
            return;
        BeforeHandBack();
        _row.Dispose();
    }

    // The three below are not marked NoInlining: the JIT looks inside, sees that they never return, and keeps them off the path.
    [DoesNotReturn]
    private void LeaveAndThrowDisposed()
    {
        Exit();
        throw new ObjectDisposedException(GetType().Name);
    }

    [DoesNotReturn]
    private void LeaveBesideAndThrowDisposed()
    {
        ExitBeside(opened: 0);
        throw new ObjectDisposedException(GetType().Name);
    }

    [DoesNotReturn]
    private void LeaveAndThrowDisposed(ref long state, long position)
    {
        Exit(ref state, position);
        throw new ObjectDisposedException(GetType().Name);
    }

    [DoesNotReturn]
    private void ThrowBusy() => throw (IsDisposed
        ? new ObjectDisposedException(GetType().Name)
        : new InvalidOperationException(
            "A claim or a message of this handle is still open, or another thread is using it. A handle does one thing at a time."));
}
