using System.Runtime.CompilerServices;
using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// The consumer of an <see cref="SpscRing{T}"/>. Used by one thread at a time. Values are copied out and handed back before the
/// call returns: a consumer that dies later has consumed them. To hold a message until it has been dealt with, use an
/// <see cref="SpscRing"/> and its leases.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class SpscConsumer<T> : ValueConsumer<T>
    where T : unmanaged
{
    private readonly Doorbell<DirectMemory> _others;
    private Spsc.SpscConsumerCore<DirectMemory> _core;
    private Streak _streak;

    internal SpscConsumer(RowLease row, in Spsc.SpscConsumerCore<DirectMemory> core, HandleBells bells)
        : base(row, bells)
    {
        _core = core;
        _others = bells.Others;
    }

    /// <summary>
    /// Takes the next value. False means that there is none now. Never waits, never allocates; the first refusal after a stream of
    /// messages takes about a microsecond, so that the producer can get ahead a little.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The next header is none that a producer of this ring writes.</exception>
    public override bool TryRead(out T value)
    {
        long position = Enter(ref _core.State);
        long next = _core.TakeAt(position, out value, out long header);
        // What is rare is a call at the end, so that nothing has to be kept across one.
        if (next == position)
            return TryReadSlow(header, out value);
        if (_others.IsAwaited())
            return RingAndExit(next);
        if (ExitAndTell(ref _core.State, next))
            return HandBackLate();
        return true;
    }

    /// <summary>
    /// Takes values until the destination is full or the ring is empty, and hands all of them back at once. Never waits. Returns
    /// how many. The first refusal after a stream of messages takes about a microsecond, as in <see cref="TryRead(out T)"/>.
    /// </summary>
    /// <inheritdoc cref="TryRead(out T)"/>
    public override int TryReadBatch(Span<T> destination)
    {
        Enter(ref _core.State);
        try
        {
            int read = _core.TryReadBatch(destination);
            if (read > 0)
                _others.Ring();
            else
                _streak.Pause(_core.Messages);
            return read;
        }
        finally
        {
            Leave();
        }
    }

    private protected override bool IsBusy => IsMarkedBusy(ref _core.State);

    private void Leave() => Exit(ref _core.State, _core.Position);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSlow(long header, out T value)
    {
        if (header == RecordLayout.Unpublished)
        {
            value = default;
            Leave();
            _streak.Pause(_core.Messages);
            return false;
        }

        try
        {
            bool isRead = _core.TryRead(out value);
            if (isRead)
                _others.Ring();
            return isRead;
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

    private protected override bool HasEnded => _core.IsDrained();

    private protected override bool IsWorthTrying() => _core.IsWorthTrying();

    private protected override void BeginLook() => Enter(ref _core.State);

    private protected override void EndLook() => Leave();

    /// <summary>
    /// In one go, because here nobody looks for the dead between two slices of sleep: a slice that ends costs no new announcement and no fence.
    /// </summary>
    private protected override bool TryWait(in WaitLimit limit, ref bool spins)
    {
        News condition = new(this);
        return Bells.Wait(ref condition, limit);
    }

    private readonly struct News(SpscConsumer<T> handle) : IWaitCondition
    {
        public bool IsMet() => handle._core.IsWorthTrying() || handle.IsDisposed;
    }
}
