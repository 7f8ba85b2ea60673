using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A producer of an <see cref="MpmcRing{T}"/>. Used by one thread at a time. What it has published stays in the ring whatever
/// becomes of it; if it dies in the middle of a write, consumers pass over the place as soon as the kernel confirms it.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class MpmcProducer<T> : RingHandle
    where T : unmanaged
{
    private readonly IRowOracle _oracle;
    private Mpmc.MpmcProducerCore<DirectMemory, Mpmc.FreedWords<DirectMemory>> _core;
    private Mpmc.RecoveryPace _pace;
    private Streak _streak;

    internal MpmcProducer(RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Mpmc.FreedWords<DirectMemory>> core, IRowOracle oracle)
        : base(row)
    {
        _core = core;
        _oracle = oracle;
    }

    /// <summary>
    /// Writes one value. False means that the ring is full, and nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag, which typed consumers do not see.</param>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public bool TryWrite(in T value, int type = 0)
    {
        EnterBeside();
        if (!_core.TryWriteFast(value, type))
            return TryWriteSlow(value, type);
        ExitBeside(opened: 0);
        return true;
    }

    /// <summary>
    /// Writes as many of the values as there is room for, in order and with one move of the position, so that no other
    /// producer's come between them. A process that dies inside has written the first so many of them. Never waits. Returns how
    /// many.
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="type">A tag, which typed consumers do not see.</param>
    /// <inheritdoc cref="TryWrite"/>
    public int TryWriteBatch(ReadOnlySpan<T> values, int type = 0)
    {
        EnterBeside();
        try
        {
            int written = _core.TryWriteBatch(values, type);
            return written == 0 && values.Length > 0 && _pace.IsDue() && _core.LookForTheDead(_oracle)
                ? _core.TryWriteBatch(values, type)
                : written;
        }
        finally
        {
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
        Backoff backoff = new(timeout, cancellationToken);
        while (!TryWrite(value))
        {
            if (!backoff.TryWait())
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow(in T value, int type)
    {
        try
        {
            if (_core.TryWrite(value, type) || (_pace.IsDue() && _core.LookForTheDead(_oracle) && _core.TryWrite(value, type)))
                return true;
            _streak.Pause(_core.MessagesWritten);
            return false;
        }
        finally
        {
            ExitBeside(opened: 0);
        }
    }
}
