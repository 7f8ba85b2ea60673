using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// The consumer of an <see cref="SpscRing"/>. Used by one thread at a time. If the producer dies, what it published is read to
/// the end, and then the ring is empty until a successor attaches.
/// </summary>
public sealed unsafe class SpscConsumer : MessageConsumer
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
    /// Leases the next message, in place. False means that there is none now. Never waits, never allocates; the first refusal
    /// after a stream of messages takes about a microsecond, so that the producer can get ahead a little. Dispose the message to
    /// hand it back; until then this handle does nothing else.
    /// </summary>
    /// <exception cref="InvalidOperationException">A message of this handle is still open.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The next header is none that a producer writes.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override bool TryRead(out Message message)
    {
        long position = Enter(ref _core.State);
        Spsc.SpscRecord record = _core.PeekAt(position);
        if (!_core.IsReadable(record))
        {
            message = default;
            return NothingToRead(record.Header);
        }

        message = new Message(
            new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, position, _core.IsRedelivered(position), this);
        return true;
    }

    /// <summary>
    /// Passes up to <paramref name="limit"/> messages to the handler, one after the other, and hands all of them back at once at
    /// the end. Never waits. Returns how many; 0 when there are none now.
    /// </summary>
    /// <param name="handler">
    /// What to do with each. If it throws, the messages before that one are handed back, that one comes again, flagged
    /// <see cref="Message.Redelivered"/>, and the exception goes on to the caller.
    /// </param>
    /// <param name="limit">The most messages to pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit that is not positive.</exception>
    /// <inheritdoc cref="TryRead"/>
    public override int TryReadBatch(MessageHandler handler, int limit)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return TryReadBatch(static (in Message message, MessageHandler state) => state(message), handler, limit);
    }

    /// <inheritdoc cref="TryReadBatch(MessageHandler, int)"/>
    /// <param name="handler"><inheritdoc cref="TryReadBatch(MessageHandler, int)" path="/param[@name='handler']"/></param>
    /// <param name="state">Passed on to the handler.</param>
    /// <param name="limit">The most messages to pass.</param>
    public int TryReadBatch<TState>(MessageHandler<TState> handler, TState state, int limit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Enter(ref _core.State);
        long start = _core.Position;
        long position = start;
        long delivered = start;
        int messages = 0;
        int redelivered = 0;
        try
        {
            while (messages < limit && _core.IsWithinLap(position) && _core.TryPeekAt(position, out Spsc.SpscRecord record))
            {
                bool again = _core.IsRedelivered(position);
                delivered = position + record.SizeBytes;
                _core.NoteDelivered(delivered);
                handler(new Message(new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, position, again, owner: null), state);
                position = delivered;
                messages++;
                redelivered += again ? 1 : 0;
            }

            return messages;
        }
        finally
        {
            if (messages > 0)
                _core.ReleaseBatch(position - start, messages, redelivered);
            _core.EndBatch(delivered);
            _others.Ring();
            Leave();
        }
    }

    /// <summary>
    /// Passes up to <paramref name="limit"/> messages to the handler, one after the other, then asks how many of them, from the
    /// first, are dealt with, and hands exactly those back; the others come again, flagged <see cref="Message.Redelivered"/>. For a consumer that gathers messages and
    /// deals with them together: it writes a buffer to a file, say, before it gives up the only other copy. Never waits.
    /// Returns how many were handed back; 0 when there are no messages now, and then neither delegate is called for any.
    /// </summary>
    /// <param name="handler">What to do with each. If it throws, none is handed back and all that it got come again.</param>
    /// <param name="settle">
    /// Called once, after the last message and before anything is handed back, with the number of messages that the handler
    /// got. Returns how many of them to hand back. If it throws, none is handed back.
    /// </param>
    /// <param name="state">Passed on to both.</param>
    /// <param name="limit">The most messages to pass.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit that is not positive.</exception>
    /// <exception cref="InvalidOperationException">
    /// A message of this handle is still open, or more messages were settled than there were.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">A header is none that a producer writes.</exception>
    public int TryReadBatch<TState>(MessageHandler<TState> handler, BatchSettler<TState> settle, TState state, int limit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(settle);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Enter(ref _core.State);
        long position = _core.Position;
        long delivered = position;
        try
        {
            int messages = 0;
            for (; messages < limit && _core.IsWithinLap(position) && _core.TryPeekAt(position, out Spsc.SpscRecord record); messages++)
            {
                delivered = position + record.SizeBytes;
                _core.NoteDelivered(delivered);
                handler(
                    new Message(
                        new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, position, _core.IsRedelivered(position), owner: null),
                    state);
                position = delivered;
            }

            int settled = messages == 0 ? 0 : settle(messages, state);
            if ((uint)settled > (uint)messages)
                throw new InvalidOperationException($"{settled} messages were settled of a batch of {messages}.");
            ReleaseFirst(settled);
            return settled;
        }
        finally
        {
            _core.EndBatch(delivered);
            _others.Ring();
            Leave();
        }
    }

    /// <summary>
    /// Hands back the leased message. The handle is busy at a message's position only until it is handed back, so a second call
    /// for the same one finds another state and does nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Release(long position, int lengthBytes)
    {
        if (_core.State != (position | Busy))
            return;
        long next = _core.ReleaseAt(position, Layout.RecordLayout.SizeOf(lengthBytes));
        _others.Ring();
        Exit(ref _core.State, next);
    }

    /// <summary>Hands back this many messages, all of which were peeked at before.</summary>
    private void ReleaseFirst(int messages)
    {
        long start = _core.Position;
        long position = start;
        int released = 0;
        int redelivered = 0;
        for (; released < messages && _core.TryPeekAt(position, out Spsc.SpscRecord record); released++)
        {
            redelivered += _core.IsRedelivered(position) ? 1 : 0;
            position += record.SizeBytes;
        }

        if (released > 0)
            _core.ReleaseBatch(position - start, released, redelivered);
    }

    private protected override bool IsBusy => IsMarkedBusy(ref _core.State);

    private void Leave() => Exit(ref _core.State, _core.Position);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NothingToRead(long header)
    {
        Leave();
        _streak.Pause(_core.Messages);
        return header == Layout.RecordLayout.Unpublished
            ? false
            : throw Spsc.SpscConsumerCore<DirectMemory>.CorruptRecord(_core.Position, header);
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

    private readonly struct News(SpscConsumer handle) : IWaitCondition
    {
        public bool IsMet() => handle._core.IsWorthTrying() || handle.IsDisposed;
    }
}
