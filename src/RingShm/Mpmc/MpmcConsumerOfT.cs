using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A consumer of an <see cref="MpmcRing{T}"/>. Used by one thread at a time. Each value goes to one consumer. A call copies the
/// value out and hands its place back before it returns; if the process dies inside, another consumer gets the value, after values
/// that were written later, and nothing says so.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed partial class MpmcConsumer<T> : RingHandle
    where T : unmanaged
{
    private readonly IRowOracle _oracle;
    private readonly Doorbell<DirectMemory> _others;
    private Mpmc.MpmcConsumerCore<DirectMemory> _core;
    private Mpmc.RecoveryPace _pace;
    private Streak _streak;

    internal MpmcConsumer(RowLease row, in Mpmc.MpmcConsumerCore<DirectMemory> core, IRowOracle oracle, HandleBells bells)
        : base(row, bells)
    {
        _core = core;
        _others = bells.Others;
        _oracle = oracle;
    }

    /// <summary>
    /// True when the ring was completed, every value has been taken, and no other consumer, alive or dead, has one that may come
    /// again: nothing more will come. Never waits.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public bool IsDrained
    {
        get
        {
            EnterBeside();
            try
            {
                return _core.IsDrained();
            }
            finally
            {
                ExitBeside(opened: 0);
            }
        }
    }

    /// <summary>Takes the next value. False means that there is none now. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public bool TryRead(out T value)
    {
        EnterBeside();
        if (!_core.TryReadFast(out value))
            return TryReadSlow(out value);
        _others.Ring();
        ExitBeside(opened: 0);
        return true;
    }

    /// <summary>
    /// Takes values until the destination is full or there are none now, with one move of the position. Never waits. Returns how
    /// many.
    /// </summary>
    /// <inheritdoc cref="TryRead(out T)"/>
    public int TryReadBatch(Span<T> destination)
    {
        EnterBeside();
        try
        {
            int read = _core.TryReadBatch(destination);
            return read == 0 && destination.Length > 0 && _pace.IsDue() && LookForTheDead()
                ? _core.TryReadBatch(destination)
                : read;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
        }
    }

    /// <summary>
    /// Takes the next value, waiting for it: spins, then yields, then sleeps. False when the time was up first, or when the ring
    /// is drained (<see cref="IsDrained"/> tells).
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSlow(out T value)
    {
        try
        {
            if (_core.TryRead(out value) || (_pace.IsDue() && LookForTheDead() && _core.TryRead(out value)))
                return true;
            _streak.Pause(_core.MessagesRead, _core.GranuleCount);
            return false;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
        }
    }

    /// <summary>True when it is worth trying again, and then others of this role are told as well.</summary>
    private bool LookForTheDead()
    {
        if (!_core.LookForTheDead(_oracle))
            return false;
        Bells.Own.Ring();
        return true;
    }

    private protected override void LookAtNextAttempt() => _pace.Rest();
}
