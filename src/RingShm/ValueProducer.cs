using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A producer of values of one unmanaged type, whatever the kind of its ring: <see cref="SpscProducer{T}"/>, <see cref="MpmcProducer{T}"/>
/// or <see cref="BroadcastWriter{T}"/>. Used by one thread at a time.
/// </summary>
/// <remarks>Code that writes at full speed names the kind: a call through this class is a virtual one.</remarks>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public abstract class ValueProducer<T> : ProducerHandle
    where T : unmanaged
{
    private static readonly int s_valueBytes = Unsafe.SizeOf<T>();

    private protected ValueProducer(RowLease row, HandleBells bells, BoundedChannelFullMode fullMode)
        : base(row, bells, fullMode)
    {
    }

    /// <summary>
    /// Writes one value. False means that there is no room for it now, and nothing else. Never waits, whatever the full mode.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag, which readers of values do not see.</param>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public abstract bool TryWrite(in T value, int type = 0);

    /// <summary>Writes as many of the values as there is room for, in order. Never waits. Returns how many.</summary>
    /// <param name="values">The values.</param>
    /// <param name="type">A tag, which readers of values do not see.</param>
    /// <inheritdoc cref="TryWrite"/>
    public abstract int TryWriteBatch(ReadOnlySpan<T> values, int type = 0);

    /// <summary>
    /// Writes one value with type tag 0, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// In an SPSC ring whose consumer dies, it waits on until a successor makes room or the ring is completed. In the other kinds it asks the
    /// kernel about whoever holds the room after each slice of its sleep, and takes the room of a dead one
    /// (<see cref="WaitStrategy.SleepSlice"/>).
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(in T value, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Write(in value, type: 0, timeout, cancellationToken);

    /// <summary>
    /// Writes one value, waiting for room: spins, then yields, then sleeps. False when the time was up
    /// first. A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait drops instead of waiting.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag, which readers of values do not see.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// In an SPSC ring whose consumer dies, it waits on until a successor makes room or the ring is completed. In the other kinds it asks the
    /// kernel about whoever holds the room after each slice of its sleep, and takes the room of a dead one
    /// (<see cref="WaitStrategy.SleepSlice"/>).
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(in T value, int type, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        bool spins = true;
        while (!TryWrite(in value, type))
        {
            if (!Waits)
            {
                MakeRoomOrDrop(in value, type);
                return true;
            }

            if (!TryWaitForRoom(s_valueBytes, limit, ref spins))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Writes one value, waiting for room without holding a thread; at once and without allocation when there is room already.
    /// A producer attached with another <see cref="BoundedChannelFullMode"/> than Wait never waits: it drops.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="type">A tag, which readers of values do not see.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="MessageProducer.WriteAsync(ReadOnlyMemory{byte}, int, CancellationToken)"/>
    public ValueTask WriteAsync(T value, int type, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (TryWrite(value, type))
            return ValueTask.CompletedTask;
        if (Waits)
            return WriteSlowAsync(value, type, cancellationToken);
        MakeRoomOrDrop(value, type);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc cref="WriteAsync(T, int, CancellationToken)"/>
    public ValueTask WriteAsync(T value, CancellationToken cancellationToken = default) => WriteAsync(value, type: 0, cancellationToken);

    /// <summary>
    /// Completes with true when there is room, and with false when the ring was completed. Where there are several producers, another
    /// may take it first: then try again. Waits without holding a thread; at once and without allocation when there is room already, or
    /// when this producer drops.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A wait of this handle is under way, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed, also while it waited.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => UntilThereIsRoomAsync(s_valueBytes, cancellationToken);

    /// <summary>True when there is room, or when it may not be used any more.</summary>
    internal bool IsRoomNow(out bool isCompleted) => IsRoomNow(s_valueBytes, out isCompleted);

    /// <summary>Writes, or does what the full mode says. False when the ring is full and the mode is to wait.</summary>
    internal bool TryWriteOrDrop(in T value)
    {
        if (TryWrite(in value))
            return true;
        if (Waits)
            return false;
        MakeRoomOrDrop(in value, type: 0);
        return true;
    }

    /// <summary>As for messages of bytes: see <see cref="MessageProducer"/>.</summary>
    private void MakeRoomOrDrop(in T value, int type)
    {
        while (TryMakeRoom())
        {
            CountDropped();
            if (TryWrite(in value, type))
                return;
        }

        CountDropped();
    }

    private async ValueTask WriteSlowAsync(T value, int type, CancellationToken cancellationToken)
    {
        do
            await WaitForRoomAsync(s_valueBytes, cancellationToken).ConfigureAwait(false);
        while (!TryWrite(value, type));
    }
}
