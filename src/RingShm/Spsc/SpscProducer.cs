using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm;

/// <summary>
/// The producer of an <see cref="SpscRing"/>. Used by one thread at a time. If the consumer dies, messages stay in the ring for
/// its successor and this side notices nothing but, in the end, a full ring.
/// </summary>
public sealed unsafe class SpscProducer : MessageProducer, IClaimOwner
{
    private readonly Doorbell<DirectMemory> _others;
    private Spsc.SpscProducerCore<DirectMemory> _core;
    private ClaimWriter? _writer;
    private long* _claimHeader;
    private int _claimBytes;
    private long _claimNumber;

    internal SpscProducer(RowLease row, in Spsc.SpscProducerCore<DirectMemory> core, HandleBells bells, BoundedChannelFullMode fullMode)
        : base(row, bells, fullMode)
    {
        _core = core;
        _others = bells.Others;
    }

    /// <summary>The longest message, in bytes.</summary>
    public override int MaxMessageBytes => _core.MaxMessageBytes;

    /// <summary>
    /// Writes one message. False means that the ring is too full for it, and nothing else. Never waits, never allocates.
    /// </summary>
    /// <param name="message">The payload; empty is a message too.</param>
    /// <param name="type">A tag for the consumer.</param>
    /// <exception cref="MessageTooLargeException">The ring can never carry it.</exception>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="InvalidOperationException">A claim is open on this handle.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    /// <exception cref="RingCorruptException">The consumer's words make no sense.</exception>
    public override bool TryWrite(ReadOnlySpan<byte> message, int type = 0)
    {
        long position = Enter(ref _core.State);
        if (!_core.HasRoomAt(position, message.Length))
            return TryWriteSlow(message, type);
        long next = _core.WriteAt(position, message, type);
        _others.Ring();
        Exit(ref _core.State, next);
        return true;
    }

    /// <summary>
    /// Claims room for a message to be filled in place. False means that the ring is too full. Never waits, never allocates.
    /// Until the claim is committed or disposed, this handle does nothing else.
    /// </summary>
    /// <param name="maxLengthBytes">The most that the message will have; a commit may be shorter.</param>
    /// <param name="claim">The claim. Dispose it in every case.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative length.</exception>
    /// <inheritdoc cref="TryWrite"/>
    public override bool TryClaim(int maxLengthBytes, out Claim claim)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxLengthBytes);
        long position = Enter(ref _core.State);
        if (!_core.HasRoomAt(position, maxLengthBytes) && !TryReserveSlow(maxLengthBytes))
        {
            claim = default;
            return false;
        }

        long* header = _core.NextHeader;
        _claimHeader = header;
        _claimBytes = maxLengthBytes;
        claim = new Claim(new Span<byte>(Layout.SpscMap.PayloadOf(header), maxLengthBytes), ++_claimNumber, this);
        return true;
    }

    /// <summary>
    /// Writes as many of the messages as there is room for, in order, and makes them visible all at once. Never waits. Returns
    /// how many; 0 when the ring is too full for the first. A process that dies inside has written none of them.
    /// </summary>
    /// <param name="messages">The payloads. It stops before one that is too long for the ring; that one throws when it is first.</param>
    /// <param name="type">A tag for the consumer, the same on all.</param>
    /// <inheritdoc cref="TryWrite"/>
    public override int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type = 0)
    {
        Enter(ref _core.State);
        try
        {
            int written = _core.TryWriteBatch(messages, type);
            if (written > 0)
                _others.Ring();
            return written;
        }
        finally
        {
            Leave();
        }
    }

    void IClaimOwner.Commit(long number, int lengthBytes, int type)
    {
        long* header = OpenClaim(number);
        if (IsDisposed)
        {
            EndClaim();
            throw new ObjectDisposedException(nameof(SpscProducer));
        }

        try
        {
            _core.ThrowIfCompleted();
            _core.Publish(header, lengthBytes, type);
            _others.Ring();
        }
        finally
        {
            EndClaim();
        }
    }

    void IClaimOwner.Abort(long number)
    {
        if (_claimHeader == null || number != _claimNumber)
            return;
        _core.CountAborted();
        EndClaim();
    }

    IBufferWriter<byte> IClaimOwner.WriterFor(long number)
    {
        long* header = OpenClaim(number);
        _writer ??= new ClaimWriter();
        if (!_writer.IsAt(Layout.SpscMap.PayloadOf(header)))
            _writer.Reset(Layout.SpscMap.PayloadOf(header), _claimBytes);
        return _writer;
    }

    int IClaimOwner.WrittenBytes(long number)
    {
        long* header = OpenClaim(number);
        return _writer != null && _writer.IsAt(Layout.SpscMap.PayloadOf(header)) ? _writer.WrittenBytes : 0;
    }

    private long* OpenClaim(long number)
    {
        if (_claimHeader == null || number != _claimNumber)
            ThrowHelper.ClaimOver();
        return _claimHeader;
    }

    private void EndClaim()
    {
        _claimHeader = null;
        _writer?.Reset(null, 0);
        Leave();
    }

    private protected override bool IsBusy => IsMarkedBusy(ref _core.State);

    private void Leave() => Exit(ref _core.State, _core.Position);

    private protected override void BeforeHandBack() => _core.StoreHints();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteSlow(ReadOnlySpan<byte> message, int type)
    {
        try
        {
            return Rung(_core.TryWrite(message, type));
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Leaves the handle busy only when it returns room.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReserveSlow(int lengthBytes)
    {
        bool reserved = false;
        try
        {
            reserved = _core.TryReserve(lengthBytes) != null;
            return reserved;
        }
        finally
        {
            if (!reserved)
                Leave();
        }
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

    private readonly struct Room(SpscProducer handle) : IWaitCondition
    {
        public bool IsMet() => handle._core.IsWorthTrying(handle.AwaitedBytes) || handle.IsDisposed;
    }
}
