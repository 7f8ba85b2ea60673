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
public sealed class MpmcConsumer<T> : ValueConsumer<T>
    where T : unmanaged
{
    private readonly IRowOracle _oracle;
    private readonly Doorbell<DirectMemory> _others;
    private Mpmc.MpmcConsumerCore<DirectMemory> _core;
    private Streak _streak;

    internal MpmcConsumer(RowLease row, in Mpmc.MpmcConsumerCore<DirectMemory> core, IRowOracle oracle, HandleBells bells)
        : base(row, bells)
    {
        _core = core;
        _others = bells.Others;
        _oracle = oracle;
    }

    /// <summary>Takes the next value. False means that there is none now. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before.</summary>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public override bool TryRead(out T value)
    {
        EnterBeside();
        if (!_core.TryReadFast(out value))
            return TryReadSlow(out value);
        _others.Ring();
        ExitBeside(opened: 0);
        return true;
    }

    /// <summary>
    /// Takes values until the destination is full or there are none now, with one move of the position. Never waits; the first
    /// refusal after a stream of messages takes about a microsecond. Returns how many.
    /// </summary>
    /// <inheritdoc cref="TryRead(out T)"/>
    public override int TryReadBatch(Span<T> destination)
    {
        EnterBeside();
        try
        {
            int read = _core.TryReadBatch(destination);
            if (read > 0 || destination.IsEmpty)
                return read;
            if (IsFreedFromTheDead())
                read = _core.TryReadBatch(destination);
            if (read == 0)
                _streak.Pause(_core.MessagesRead, _core.GranuleCount);
            return read;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSlow(out T value)
    {
        try
        {
            if (_core.TryRead(out value) || (IsFreedFromTheDead() && _core.TryRead(out value)))
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

    private protected override bool HasEnded => _core.IsDrained();

    private protected override bool IsWorthTrying() => _core.IsWorthTrying();

    private protected override bool IsHeldUp() => _core.IsHeldUp();

    private protected override bool LookForTheDead() => _core.LookForTheDead(_oracle);
}
