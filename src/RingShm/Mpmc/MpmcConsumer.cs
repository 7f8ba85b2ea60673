using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A consumer of an <see cref="MpmcRing"/>. Used by one thread at a time. Each message goes to one consumer; what this one has taken
/// and not handed back when it dies goes to another, flagged (or is dropped, if the ring was made so).
/// </summary>
public sealed unsafe class MpmcConsumer : MessageConsumer
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

    /// <summary>
    /// Leases the next message, in place. False means that there is none now. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before. Dispose the message
    /// to hand it back. Several can be open at once and be handed back in any order; each occupies its place in the ring, so
    /// producers find it full when they come round to one.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public override bool TryRead(out Message message)
    {
        EnterBeside();
        bool isTaken = _core.TryTakeFast(out Mpmc.OpenSlot lease);
        if (isTaken && _core.TryRecordOf(lease, out Mpmc.MpmcRecord record))
        {
            message = new Message(
                new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, lease.Position, redelivered: false, this);
            ExitBeside(opened: 1);
            return true;
        }

        return TryReadSlow(isTaken, out message);
    }

    /// <summary>
    /// Takes up to <paramref name="limit"/> messages at once, passes them to the handler one after the other, and hands all of
    /// them back at the end. Never waits; the first refusal after a stream of messages takes about a microsecond. Returns how many; 0 when
    /// there are none now.
    /// </summary>
    /// <param name="handler">
    /// What to do with each. If it throws, the messages before that one are handed back, that one and those behind it go to
    /// whoever comes, flagged <see cref="Message.Redelivered"/>, and the exception goes on to the caller.
    /// </param>
    /// <param name="limit">The most messages to take.</param>
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
    /// <param name="limit">The most messages to take.</param>
    public int TryReadBatch<TState>(MessageHandler<TState> handler, TState state, int limit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        EnterBeside();
        Mpmc.OpenSlot batch = Mpmc.OpenSlot.None;
        int messages = 0;
        int handled = 0;
        try
        {
            messages = TakeBatch(limit, out batch);
            HandleAll(batch, messages, handler, state, ref handled);
            return messages;
        }
        finally
        {
            EndBatch(batch, messages, handled);
        }
    }

    /// <summary>
    /// Takes up to <paramref name="limit"/> messages at once, passes them to the handler one after the other, then asks how many
    /// of them, from the first, are dealt with, and hands exactly those back; the others go to whoever comes, flagged
    /// <see cref="Message.Redelivered"/>. Never waits, as above. Returns how many were handed back; 0 when there are no messages now, and
    /// then neither delegate is called.
    /// </summary>
    /// <param name="handler">What to do with each. If it throws, none is handed back.</param>
    /// <param name="settle">
    /// Called once, after the last message, with the number of messages that the handler got. Returns how many of them to hand
    /// back. If it throws, none is.
    /// </param>
    /// <param name="state">Passed on to both.</param>
    /// <param name="limit">The most messages to take.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit that is not positive.</exception>
    /// <exception cref="InvalidOperationException">More messages were settled than there were.</exception>
    /// <inheritdoc cref="TryRead"/>
    public int TryReadBatch<TState>(MessageHandler<TState> handler, BatchSettler<TState> settle, TState state, int limit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(settle);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        EnterBeside();
        Mpmc.OpenSlot batch = Mpmc.OpenSlot.None;
        int messages = 0;
        int settled = 0;
        try
        {
            messages = TakeBatch(limit, out batch);
            if (messages == 0)
                return 0;
            int handled = 0;
            HandleAll(batch, messages, handler, state, ref handled);
            int answer = settle(messages, state);
            if ((uint)answer > (uint)messages)
                throw new InvalidOperationException($"{answer} messages were settled of a batch of {messages}.");
            settled = answer;
            return settled;
        }
        finally
        {
            EndBatch(batch, messages, settled);
        }
    }

    private protected override void EndLease(long position)
    {
        if (!_core.IsOpen(position))
            return;
        EnterToEnd();
        _core.TryRelease(position);
        _others.Ring();
        ExitBeside(opened: -1);
    }

    private int TakeBatch(int limit, out Mpmc.OpenSlot batch)
    {
        int messages = _core.TryTakeBatch(limit, out batch);
        if (messages == 0 && IsFreedFromTheDead())
            messages = _core.TryTakeBatch(limit, out batch);
        if (messages == 0)
            _streak.Pause(_core.MessagesRead, _core.GranuleCount);
        return messages;
    }

    /// <summary>Whatever the words are that it meets, the handle is left.</summary>
    private void EndBatch(in Mpmc.OpenSlot batch, int messages, int settled)
    {
        try
        {
            if (messages > 0)
                _core.SettleBatch(batch, messages, settled);
        }
        finally
        {
            _others.Ring();
            if (settled < messages)
                Bells.Own.Ring();
            ExitBeside(opened: 0);
        }
    }

    private void HandleAll<TState>(in Mpmc.OpenSlot batch, int messages, MessageHandler<TState> handler, TState state, ref int handled)
        where TState : allows ref struct
    {
        long position = batch.Position;
        while (handled < messages)
        {
            if (!_core.TryRecordAt(position, out Mpmc.MpmcRecord record, out long next))
            {
                // It is let go with those before it, so that those behind it can be read.
                handled++;
                ThrowHelper.CorruptRecord(position, _core.LengthAt(position));
            }

            handler(
                new Message(new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, position, batch.IsRedelivered, owner: null),
                state);
            position = next;
            handled++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSlow(bool isTaken, out Message message)
    {
        int opened = 0;
        try
        {
            // Only what the fast path has just taken: an older lease is its holder's to hand back, whatever became of its record.
            if (isTaken)
                _core.ThrowIfOpenIsDamaged();
            if (!_core.TryTake(out Mpmc.OpenSlot lease)
                && !(IsFreedFromTheDead() && _core.TryTake(out lease)))
            {
                _streak.Pause(_core.MessagesRead, _core.GranuleCount);
                message = default;
                return false;
            }

            _core.ThrowIfOpenIsDamaged();
            _core.TryRecordOf(lease, out Mpmc.MpmcRecord record);
            opened = 1;
            message = new Message(
                new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, lease.Position, lease.IsRedelivered, this);
            return true;
        }
        finally
        {
            // What was given up may have been passed over and freed, also where nothing was found.
            _others.Ring();
            ExitBeside(opened);
        }
    }

    private protected override bool HasEnded => _core.IsDrained();

    private protected override bool IsWorthTrying() => _core.IsWorthTrying();

    private protected override bool IsHeldUp() => _core.IsHeldUp();

    private protected override bool LookForTheDead() => _core.LookForTheDead(_oracle);
}
