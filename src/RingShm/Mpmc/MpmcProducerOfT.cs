using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A producer of an <see cref="MpmcRing{T}"/>. Used by one thread at a time. What it has published stays in the ring whatever
/// becomes of it; if it dies in the middle of a write, consumers pass over the place as soon as the kernel confirms it.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed partial class MpmcProducer<T> : RingHandle
    where T : unmanaged
{
    private readonly IRowOracle _oracle;
    private readonly Doorbell<DirectMemory> _others;
    private readonly BoundedChannelFullMode _fullMode;
    private Mpmc.MpmcProducerCore<DirectMemory, Mpmc.FreedWords<DirectMemory>> _core;
    private Mpmc.RecoveryPace _pace;
    private Streak _streak;

    internal MpmcProducer(
        RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Mpmc.FreedWords<DirectMemory>> core, IRowOracle oracle, HandleBells bells,
        BoundedChannelFullMode fullMode, MpmcConsumer<T>? dropper)
        : base(row, bells)
    {
        _fullMode = fullMode;
        _dropper = dropper;
        _core = core;
        _others = bells.Others;
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
        _others.Ring();
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

    /// <summary>Writes one value, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.</summary>
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
            if (_fullMode != BoundedChannelFullMode.Wait)
            {
                MakeRoomOrDrop(value, type: 0);
                return true;
            }

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
            _streak.Pause(_core.MessagesWritten, _core.GranuleCount);
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
