using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// The producer of an <see cref="SpscRing{T}"/>. Used by one thread at a time. If the consumer dies, values stay in the ring for
/// its successor.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed unsafe partial class SpscProducer<T> : RingHandle
    where T : unmanaged
{
    private readonly Doorbell<DirectMemory> _others;
    private readonly BoundedChannelFullMode _fullMode;
    private Spsc.SpscProducerCore<DirectMemory> _core;

    internal SpscProducer(RowLease row, in Spsc.SpscProducerCore<DirectMemory> core, HandleBells bells, BoundedChannelFullMode fullMode)
        : base(row, bells)
    {
        _fullMode = fullMode;
        _core = core;
        _others = bells.Others;
        _core.CountByPosition(Layout.RecordLayout.SizeOf(sizeof(T)));
    }

    /// <summary>
    /// Writes one value. False means that the ring is full, and nothing else. Never waits, never allocates.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag, for monitors and for consumers that read bytes.</param>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The consumer's words make no sense.</exception>
    public bool TryWrite(in T value, int type = 0)
    {
        long position = Enter(ref _core.State);
        long next = _core.PutAt(position, value, type);
        // What is rare is a call at the end, so that nothing has to be kept across one.
        if (next == position)
            return TryWriteSlow(in value, type);
        if (_others.IsAwaited())
            return RingAndExit(next);
        if (ExitAndTell(ref _core.State, next))
            return HandBackLate();
        return true;
    }

    /// <summary>
    /// Writes as many of the values as there is room for, in order, and makes them visible all at once. Never waits. Returns how
    /// many. A process that dies inside has written none of them.
    /// </summary>
    /// <inheritdoc cref="TryWrite"/>
    public int TryWriteBatch(ReadOnlySpan<T> values, int type = 0)
    {
        Enter(ref _core.State);
        try
        {
            int written = _core.TryWriteBatch(values, type);
            if (written > 0)
                _others.Ring();
            return written;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Writes one value with type tag 0, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(in T value, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Write(in value, type: 0, timeout, cancellationToken);

    /// <summary>
    /// Writes one value, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag for the consumer.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(in T value, int type, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        while (!TryWrite(in value, type))
        {
            if (_fullMode != BoundedChannelFullMode.Wait)
            {
                Drop();
                return true;
            }

            if (!TryWait(limit, sizeof(T)))
                return false;
        }

        return true;
    }

    private protected override bool IsBusy => IsMarkedBusy(ref _core.State);

    private void Leave() => Exit(ref _core.State, _core.Position);

    private protected override void BeforeHandBack() => _core.StoreHints();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow(in T value, int type)
    {
        try
        {
            return Rung(_core.TryWrite(value, type));
        }
        finally
        {
            Leave();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RingAndExit(long position)
    {
        _others.Ring();
        Exit(ref _core.State, position);
        return true;
    }

    private bool Rung(bool isWritten)
    {
        if (isWritten)
            _others.Ring();
        return isWritten;
    }

    private bool TryWait(in WaitLimit limit, int payloadBytes)
    {
        Room condition = new(this, payloadBytes);
        return Bells.Wait(ref condition, limit);
    }

    private readonly struct Room(SpscProducer<T> handle, int payloadBytes) : IWaitCondition
    {
        public bool IsMet() => handle._core.IsWorthTrying(payloadBytes) || handle.IsDisposed;
    }
}
