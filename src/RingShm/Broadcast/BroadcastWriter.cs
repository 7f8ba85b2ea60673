using System.Buffers;
using System.Runtime.CompilerServices;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// A writer of a <see cref="BroadcastRing"/>. Used by one thread at a time. What it has published stays in the ring whatever becomes
/// of it; what it had claimed and not published when it died is passed over, and nobody waits for it longer than it takes to ask
/// the kernel. While it lives, readers get behind its claims only in their order.
/// </summary>
public sealed unsafe class BroadcastWriter : RingHandle, IClaimOwner
{
    private readonly IRowOracle _oracle;
    private readonly List<(long Position, ClaimWriter Writer)> _writers = [];
    private readonly Doorbell<DirectMemory> _others;
    private Mpmc.MpmcProducerCore<DirectMemory, Broadcast.RetainedRoom<DirectMemory>> _core;
    private Mpmc.RecoveryPace _pace;
    private Streak _streak;

    internal BroadcastWriter(RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Broadcast.RetainedRoom<DirectMemory>> core, IRowOracle oracle, HandleBells bells)
        : base(row, bells)
    {
        _core = core;
        _others = bells.Others;
        _oracle = oracle;
    }

    /// <summary>The longest message, in bytes.</summary>
    public int MaxMessageBytes => _core.MaxMessageBytes;

    /// <summary>
    /// Writes one message. False means that there is no room for it now: a reader of a reliable ring has
    /// not read far enough, or another writer, a whole ring behind, has not ended its claim; nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before. Among
    /// writers, messages are in the order of their claims.
    /// </summary>
    /// <param name="message">The payload; empty is a message too.</param>
    /// <param name="type">A tag for the readers.</param>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public bool TryWrite(ReadOnlySpan<byte> message, int type = 0)
    {
        EnterBeside();
        if (!_core.TryWriteFast(message, type))
            return TryWriteSlow(message, type);
        _others.Ring();
        ExitBeside(opened: 0);
        return true;
    }

    /// <summary>
    /// Writes one message with type tag 0, waiting for room: spins, then yields, then sleeps. False when the time was up first.
    /// </summary>
    /// <param name="message">The payload.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(ReadOnlySpan<byte> message, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Write(message, type: 0, timeout, cancellationToken);

    /// <summary>
    /// Writes one message, waiting for room: spins, then yields, then sleeps. False when the time was up first.
    /// </summary>
    /// <param name="message">The payload.</param>
    /// <param name="type">A tag for the readers.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was written.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitLimit limit = Bells.Limit(timeout, cancellationToken);
        bool spins = true;
        while (!TryWrite(message, type))
        {
            if (!TryWait(limit, ref spins))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Claims room for a message to be filled in place. False means that the ring is too full. Never waits. Several claims can be
    /// open at once and end in any order; readers get behind each only when it has ended.
    /// </summary>
    /// <param name="maxLengthBytes">The most that the message will have; a commit may be shorter.</param>
    /// <param name="claim">The claim. Dispose it in every case.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative length.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public bool TryClaim(int maxLengthBytes, out Claim claim)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLengthBytes);
        int opened = 0;
        EnterBeside();
        try
        {
            if (!_core.TryClaim(maxLengthBytes, out Mpmc.OpenSlot slot)
                && !(_pace.IsDue() && LookForTheDead() && _core.TryClaim(maxLengthBytes, out slot)))
            {
                claim = default;
                return false;
            }

            opened = 1;
            claim = new Claim(new Span<byte>(_core.PayloadAt(slot.Position), maxLengthBytes), slot.Position, this);
            return true;
        }
        finally
        {
            ExitBeside(opened);
        }
    }

    /// <summary>
    /// Writes as many of the messages as there is room for, in order and with one move of the position, so that no other
    /// writer's messages come between them. They become visible one after the other: a process that dies inside has written
    /// the first so many of them. Never waits. Returns how many; 0 when the ring is too full for the first.
    /// </summary>
    /// <param name="messages">
    /// The payloads. It stops before one that is too long for the ring; that one throws when it is first. When the memory of one throws,
    /// those before it are written, the places of the others are passed over, and the exception goes on to the caller.
    /// </param>
    /// <param name="type">A tag for the readers, the same on all.</param>
    /// <inheritdoc cref="TryWrite"/>
    public int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type = 0)
    {
        EnterBeside();
        try
        {
            int written = _core.TryWriteBatch(messages, type);
            return written == 0 && messages.Length > 0 && _pace.IsDue() && LookForTheDead()
                ? _core.TryWriteBatch(messages, type)
                : written;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
        }
    }

    void IClaimOwner.Commit(long number, int lengthBytes, int type)
    {
        int opened = 0;
        EnterToEnd();
        try
        {
            if (!_core.FindOpen(number).IsOpen)
                ThrowHelper.ClaimOver();
            opened = -1;
            ForgetWriter(number);
            if (IsDisposed)
            {
                _core.TryAbort(number);
                throw new ObjectDisposedException(nameof(BroadcastWriter));
            }

            if (_core.IsCompleted)
            {
                _core.TryAbort(number);
                ThrowHelper.Completed();
            }

            _core.TryCommit(number, lengthBytes, type);
        }
        finally
        {
            // Committed or given up: readers get on either way.
            _others.Ring();
            ExitBeside(opened);
        }
    }

    void IClaimOwner.Abort(long number)
    {
        if (!_core.FindOpen(number).IsOpen)
            return;
        EnterToEnd();
        _core.TryAbort(number);
        ForgetWriter(number);
        _others.Ring();
        ExitBeside(opened: -1);
    }

    IBufferWriter<byte> IClaimOwner.WriterFor(long number)
    {
        if (FindWriter(number) is { } known)
            return known;
        Mpmc.OpenSlot claim = _core.FindOpen(number);
        if (!claim.IsOpen)
            ThrowHelper.ClaimOver();
        ClaimWriter writer = new();
        writer.Reset(_core.PayloadAt(number), claim.Bytes);
        _writers.Add((number, writer));
        return writer;
    }

    int IClaimOwner.WrittenBytes(long number)
    {
        if (!_core.FindOpen(number).IsOpen)
            ThrowHelper.ClaimOver();
        return FindWriter(number)?.WrittenBytes ?? 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow(ReadOnlySpan<byte> message, int type)
    {
        try
        {
            if (_core.TryWrite(message, type) || (_pace.IsDue() && LookForTheDead() && _core.TryWrite(message, type)))
                return true;
            _streak.Pause(_core.MessagesWritten);
            return false;
        }
        finally
        {
            _others.Ring();
            ExitBeside(opened: 0);
        }
    }

    private ClaimWriter? FindWriter(long position)
    {
        foreach ((long at, ClaimWriter writer) in _writers)
        {
            if (at == position)
                return writer;
        }

        return null;
    }

    private void ForgetWriter(long position)
    {
        for (int i = _writers.Count - 1; i >= 0; i--)
        {
            if (_writers[i].Position != position)
                continue;
            _writers[i].Writer.Reset(null, 0);
            _writers.RemoveAt(i);
        }
    }

    private protected override bool IsWorthTrying() => _core.IsWorthTrying();

    private protected override bool IsHeldUp() => _core.IsHeldUp();

    private protected override void LookBehindWhatIsHeld()
    {
        EnterBeside();
        try
        {
            LookForTheDead();
        }
        finally
        {
            ExitBeside(opened: 0);
        }
    }

    /// <summary>True when it is worth trying again, and then others of this role are told as well.</summary>
    private bool LookForTheDead()
    {
        if (!_core.LookForTheDead(_oracle))
            return false;
        Bells.Own.Ring();
        return true;
    }

    private protected override void LookAtNextAttempt() => _pace.Rest();
}
