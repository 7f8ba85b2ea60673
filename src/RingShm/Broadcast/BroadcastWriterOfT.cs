using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A writer of a <see cref="BroadcastRing{T}"/>. Used by one thread at a time. What it has published stays in the ring whatever becomes
/// of it; what it had claimed and not published when it died is passed over.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class BroadcastWriter<T> : RingHandle
    where T : unmanaged
{
    private readonly IRowOracle _oracle;
    private readonly Doorbell<DirectMemory> _others;
    private Mpmc.MpmcProducerCore<DirectMemory, Broadcast.RetainedRoom<DirectMemory>> _core;
    private Mpmc.RecoveryPace _pace;
    private Streak _streak;

    internal BroadcastWriter(RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Broadcast.RetainedRoom<DirectMemory>> core, IRowOracle oracle, HandleBells bells)
        : base(row, bells)
    {
        _core = core;
        _others = bells.Others;
        _oracle = oracle;
    }

    /// <summary>
    /// Writes one value. False means that the ring is full, and nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag, which typed readers do not see.</param>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public bool TryWrite(in T value, int type = 0)
    {
        EnterBeside();
        if (!_core.TryWriteFast(value, type))
            return TryWriteSlow(value, type);
        _others.Ring();
        ExitBeside(opened: 0);
        return true;
    }

    /// <summary>
    /// Writes as many of the values as there is room for, in order and with one move of the position, so that no other
    /// writer's come between them. A process that dies inside has written the first so many of them. Never waits. Returns how
    /// many.
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="type">A tag, which typed readers do not see.</param>
    /// <inheritdoc cref="TryWrite"/>
    public int TryWriteBatch(ReadOnlySpan<T> values, int type = 0)
    {
        EnterBeside();
        try
        {
            int written = _core.TryWriteBatch(values, type);
            return written == 0 && values.Length > 0 && _pace.IsDue() && LookForTheDead()
                ? _core.TryWriteBatch(values, type)
                : written;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
        }
    }

    /// <summary>Writes one value, waiting for room: spins, then yields, then sleeps. False when the time was up first.</summary>
    /// <param name="value">The value.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(in T value, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        bool spins = true;
        while (!TryWrite(value))
        {
            if (!TryWait(limit, ref spins))
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow(in T value, int type)
    {
        try
        {
            if (_core.TryWrite(value, type) || (_pace.IsDue() && LookForTheDead() && _core.TryWrite(value, type)))
                return true;
            _streak.Pause(_core.MessagesWritten);
            return false;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
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
