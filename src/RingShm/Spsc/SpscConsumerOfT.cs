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
public sealed unsafe class SpscConsumer<T> : RingHandle
    where T : unmanaged
{
    private Spsc.SpscConsumerCore<DirectMemory> _core;

    internal SpscConsumer(RowLease row, in Spsc.SpscConsumerCore<DirectMemory> core)
        : base(row) => _core = core;

    /// <summary>True when the ring was completed and every value has been read: nothing more will come. Never waits.</summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public bool IsDrained
    {
        get
        {
            Enter();
            try
            {
                return _core.IsDrained();
            }
            finally
            {
                Exit();
            }
        }
    }

    /// <summary>Takes the next value. False means that there is none now. Never waits, never allocates.</summary>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The next header is none that a producer of this ring writes.</exception>
    public bool TryRead(out T value)
    {
        Enter();
        Spsc.SpscRecord record = _core.Peek();
        if (!RecordLayout.IsPublishedWithLength(record.Header, sizeof(T)))
        {
            value = default;
            return NothingToRead(record.Header);
        }

        value = _core.TakeValue<T>(record);
        Exit();
        return true;
    }

    /// <summary>
    /// Takes values until the destination is full or the ring is empty, and hands all of them back at once. Never waits. Returns
    /// how many.
    /// </summary>
    /// <inheritdoc cref="TryRead(out T)"/>
    public int TryReadBatch(Span<T> destination)
    {
        Enter();
        try
        {
            return _core.TryReadBatch(destination);
        }
        finally
        {
            Exit();
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
        Backoff backoff = new(timeout, cancellationToken);
        while (!TryRead(out value))
        {
            if (IsDrained || !backoff.TryWait())
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NothingToRead(long header)
    {
        Exit();
        return header == RecordLayout.Unpublished
            ? false
            : throw Spsc.SpscConsumerCore<DirectMemory>.CorruptRecord(_core.Position, header);
    }
}
