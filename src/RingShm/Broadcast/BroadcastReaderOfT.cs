using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm;

/// <summary>
/// A reader of a <see cref="BroadcastRing{T}"/>: it sees every value from where it begins, in the order in which writers claimed their
/// places. Used by one thread at a time. A call copies the value out before it returns.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class BroadcastReader<T> : ValueConsumer<T>
    where T : unmanaged
{
    private Broadcast.ReadingEnd _end;

    internal BroadcastReader(RowLease row, in Broadcast.BroadcastReaderCore<DirectMemory> core, IRowOracle oracle, HandleBells bells)
        : base(row, bells) => _end = new(core, oracle, bells.Others);

    /// <summary>
    /// How many values this reader of a lossy ring has lost so far; 0 in a reliable ring. To be read by the thread that reads.
    /// </summary>
    public long MessagesLost => _end.MessagesLost;

    /// <summary>Reads the next value. False means that there is none now. Waits for nobody; allocates nothing.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="ReaderEvictedException">This reader was a whole ring behind, and the writers went on without it.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public override bool TryRead(out T value)
    {
        Enter();
        if (!_end.Core.TryReadFast(out value))
            return TryReadSlow(out value, out _);
        _end.Others.Ring();
        Exit();
        return true;
    }

    /// <summary>The same, and says how many values a lossy ring has lost for this reader just before this one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="lostBefore">How many were lost between the value before and this one; 0 in a reliable ring.</param>
    /// <inheritdoc cref="TryRead(out T)"/>
    public bool TryRead(out T value, out long lostBefore)
    {
        Enter();
        return TryReadSlow(out value, out lostBefore);
    }

    /// <summary>
    /// Reads values until the destination is full or there are none now, and lets go of those that a reliable ring kept for this reader at
    /// once. Never waits; the first refusal after a stream of messages takes about a microsecond. Returns how many. What is wrong behind
    /// values that were read is reported by the next call.
    /// </summary>
    /// <param name="destination">Where to put them.</param>
    /// <inheritdoc cref="TryRead(out T)"/>
    public override int TryReadBatch(Span<T> destination)
    {
        Enter();
        try
        {
            int read = _end.Core.ReadInPlace(destination);
            while (read < destination.Length && TryReadNext(out destination[read], isBehindOthers: read > 0))
            {
                read++;
                read += _end.Core.ReadInPlace(destination[read..]);
            }

            if (read > 0 || destination.IsEmpty)
                return read;
            if (IsFreedFromTheDead() && _end.Core.TryRead(out destination[0], out _))
                return 1;
            _end.Pause();
            return 0;
        }
        finally
        {
            _end.Core.CloseBatch();
            _end.Others.Ring();
            Exit();
        }
    }

    /// <summary>What would throw behind values that the caller does not have yet is left to the next call, which meets it first.</summary>
    private bool TryReadNext(out T value, bool isBehindOthers)
    {
        if (isBehindOthers)
            _end.Core.OpenBatch();
        try
        {
            return _end.Core.TryRead(out value, out _);
        }
        catch (RingException) when (isBehindOthers)
        {
            value = default;
            return false;
        }
    }

    private protected override void BeforeHandBack() => _end.Leave();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSlow(out T value, out long lostBefore)
    {
        try
        {
            if (_end.Core.TryRead(out value, out lostBefore)
                || (IsFreedFromTheDead() && _end.Core.TryRead(out value, out lostBefore)))
                return true;
            _end.Pause();
            return false;
        }
        finally
        {
            _end.Others.Ring();
            Exit();
        }
    }

    private protected override bool HasEnded => _end.Core.IsDrained();

    private protected override bool IsWorthTrying() => _end.Core.IsWorthTrying();

    private protected override bool IsHeldUp() => _end.Core.IsHeldUp();

    private protected override bool LookForTheDead() => _end.LookForTheDead();
}
