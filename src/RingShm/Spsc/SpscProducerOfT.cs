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
public sealed unsafe class SpscProducer<T> : ValueProducer<T>
    where T : unmanaged
{
    private readonly Doorbell<DirectMemory> _others;
    private Spsc.SpscProducerCore<DirectMemory> _core;

    internal SpscProducer(RowLease row, in Spsc.SpscProducerCore<DirectMemory> core, HandleBells bells, BoundedChannelFullMode fullMode)
        : base(row, bells, fullMode)
    {
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
    public override bool TryWrite(in T value, int type = 0)
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
    public override int TryWriteBatch(ReadOnlySpan<T> values, int type = 0)
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

    private protected override bool IsRingCompleted => _core.IsCompleted;

    private protected override bool HasRoom(int lengthBytes) => _core.HasRoom(lengthBytes);

    private protected override bool IsWorthTrying() => _core.IsWorthTrying(AwaitedBytes);

    private protected override void BeginLook() => Enter(ref _core.State);

    private protected override void EndLook() => Leave();

    /// <summary>
    /// In one go, because here nobody looks for the dead between two slices of sleep: a slice that ends costs no new announcement and no fence.
    /// </summary>
    private protected override bool TryWait(in WaitLimit limit, ref bool spins)
    {
        Room condition = new(this);
        return Bells.Wait(ref condition, limit);
    }

    private readonly struct Room(SpscProducer<T> handle) : IWaitCondition
    {
        public bool IsMet() => handle._core.IsWorthTrying(handle.AwaitedBytes) || handle.IsDisposed;
    }
}
