using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm;

/// <summary>
/// A reader of a <see cref="BroadcastRing"/>: it sees every message from where it begins, in the order in which writers claimed their
/// places. Used by one thread at a time. In a reliable ring writers keep what it has not read, for as long as it is attached and lives.
/// </summary>
public sealed unsafe class BroadcastReader : MessageConsumer
{
    private Broadcast.ReadingEnd _end;
    private byte[] _copy = [];

    /// <summary>Where the messages of the batch at hand are. Kept, so that a batch allocates nothing.</summary>
    private readonly List<Broadcast.ReaderPlace> _places = [];

    /// <summary>Messages before this position were handed to a batch's handler.</summary>
    private long _deliveredBelow;
    private bool _hasLease;

    internal BroadcastReader(RowLease row, in Broadcast.BroadcastReaderCore<DirectMemory> core, IRowOracle oracle, HandleBells bells)
        : base(row, bells) => _end = new(core, oracle, bells.Others);

    /// <summary>
    /// How many messages this reader of a lossy ring has lost: <see cref="Message.LostBefore"/> of all that it read, and those that its next
    /// message will tell of; 0 in a reliable ring. To be read by the thread that reads.
    /// </summary>
    public long MessagesLost => _end.MessagesLost;

    /// <summary>
    /// Reads the next message. False means that there is none now. Waits for nobody. In a reliable ring whose writers wait, it is a lease in
    /// place: dispose it before the next read, so that writers get the bytes back. Else it is a copy, good until this handle
    /// reads again. Allocates nothing, but a copy's buffer when a message is longer than all before.
    /// </summary>
    /// <exception cref="InvalidOperationException">A message of this handle is still open, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="ReaderEvictedException">This reader was a whole ring behind, and the writers went on without it.</exception>
    /// <exception cref="RingCorruptException">The ring's words or a record's header make no sense.</exception>
    public override bool TryRead(out Message message)
    {
        Enter();
        if (!_end.Core.TryPeekFast(out MpmcRecord record))
            return TryReadSlow(out message);
        message = Lease(record);
        return true;
    }

    /// <summary>
    /// Passes up to <paramref name="limit"/> messages to the handler, one after the other, and gives all of them up at the end. Never
    /// waits. Returns how many; 0 when there are none now.
    /// </summary>
    /// <param name="handler">
    /// What to do with each. If it throws, this reader gets that one again, flagged <see cref="Message.Redelivered"/>, and the
    /// exception goes on to the caller.
    /// </param>
    /// <param name="limit">The most messages to read.</param>
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
    /// <param name="limit">The most messages to read.</param>
    public int TryReadBatch<TState>(MessageHandler<TState> handler, TState state, int limit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Enter();
        int handled = 0;
        try
        {
            while (handled < limit && TryPeek(out MpmcRecord record))
            {
                Hand(record, handler, state);
                _end.Core.Pass();
                _end.Core.OpenBatch();
                handled++;
            }

            if (handled == 0)
                _end.Pause();
            return handled;
        }
        finally
        {
            EndBatch();
        }
    }

    /// <summary>
    /// Passes up to <paramref name="limit"/> messages to the handler, one after the other, then asks how many of them, from the first,
    /// are dealt with, and gives exactly those up; this reader gets the others again, flagged <see cref="Message.Redelivered"/> (a lossy ring
    /// may have written over them by then, and counts them as lost). Never waits. Returns how many were given up; 0 when there are no
    /// messages now, and then neither delegate is called.
    /// </summary>
    /// <param name="handler">What to do with each. If it throws, none is given up.</param>
    /// <param name="settle">
    /// Called once, after the last message, with the number of messages that the handler got. Returns how many of them to give
    /// up. If it throws, none is.
    /// </param>
    /// <param name="state">Passed on to both.</param>
    /// <param name="limit">The most messages to read.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit that is not positive.</exception>
    /// <exception cref="InvalidOperationException">More messages were settled than there were.</exception>
    /// <inheritdoc cref="TryRead"/>
    public int TryReadBatch<TState>(MessageHandler<TState> handler, BatchSettler<TState> settle, TState state, int limit)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(settle);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        Enter();
        int settled = 0;
        try
        {
            while (_places.Count < limit && TryPeek(out MpmcRecord record))
            {
                _places.Add(_end.Core.Place);
                _end.Core.OpenBatch();
                Hand(record, handler, state);
                _end.Core.Pass();
            }

            if (_places.Count == 0)
            {
                _end.Pause();
                return 0;
            }

            int answer = settle(_places.Count, state);
            if ((uint)answer > (uint)_places.Count)
                throw new InvalidOperationException($"{answer} messages were settled of a batch of {_places.Count}.");
            settled = answer;
            return settled;
        }
        finally
        {
            if (settled < _places.Count)
                _end.Core.Rewind(_places[settled]);
            _places.Clear();
            EndBatch();
        }
    }

    /// <summary>Hands the leased message back.</summary>
    private protected override void EndLease(long position)
    {
        if (!_hasLease || position != _end.Core.Position)
            return;
        _hasLease = false;
        _end.Core.Pass();
        _end.Core.Settle();
        _end.Others.Ring();
        Exit();
    }

    private protected override void BeforeHandBack() => _end.Leave();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Message Lease(MpmcRecord record)
    {
        _hasLease = true;
        long position = _end.Core.Position;
        return new Message(
            new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, position, position < _deliveredBelow, this, _end.Core.LostBefore);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadSlow(out Message message)
    {
        try
        {
            if (!TryPeek(out MpmcRecord record))
            {
                _end.Pause();
                message = default;
                return false;
            }

            if (!_end.Core.IsReadByCopy)
            {
                message = Lease(record);
                return true;
            }

            long position = _end.Core.Position;
            message = new Message(
                _copy.AsSpan(0, record.LengthBytes), record.Type, position, position < _deliveredBelow, owner: null, _end.Core.LostBefore);
            _end.Core.Pass();
            _end.Core.Settle();
            return true;
        }
        finally
        {
            if (!_hasLease)
            {
                // What was given up may have been passed over, also where nothing was found.
                _end.Others.Ring();
                Exit();
            }
        }
    }

    private bool TryPeek(out MpmcRecord record) =>
        _end.Core.TryPeek(ref _copy, out record) || (IsFreedFromTheDead() && _end.Core.TryPeek(ref _copy, out record));

    private void Hand<TState>(in MpmcRecord record, MessageHandler<TState> handler, TState state)
        where TState : allows ref struct
    {
        long position = _end.Core.Position;
        bool isAgain = position < _deliveredBelow;
        _deliveredBelow = Math.Max(_deliveredBelow, position + 1);
        ReadOnlySpan<byte> payload = _end.Core.IsReadByCopy
            ? _copy.AsSpan(0, record.LengthBytes)
            : new ReadOnlySpan<byte>(record.Payload, record.LengthBytes);
        handler(new Message(payload, record.Type, position, isAgain, owner: null, _end.Core.LostBefore), state);
    }

    private void EndBatch()
    {
        _end.Core.CloseBatch();
        _end.Others.Ring();
        Exit();
    }

    private protected override bool HasEnded => _end.Core.IsDrained();

    private protected override bool IsWorthTrying() => _end.Core.IsWorthTrying();

    private protected override bool IsHeldUp() => _end.Core.IsHeldUp();

    private protected override bool LookForTheDead() => _end.LookForTheDead();
}
