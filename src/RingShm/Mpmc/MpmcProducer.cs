using System.Buffers;
using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm;

/// <summary>
/// A producer of an <see cref="MpmcRing"/>. Used by one thread at a time. What it has published stays in the ring whatever becomes
/// of it; what it had claimed and not published when it died is passed over by whoever polls as soon as it asks the
/// kernel, and by sleepers as <see cref="WaitStrategy.SleepSlice"/> says. While it lives, consumers get behind its claims only in their order.
/// </summary>
public sealed class MpmcProducer : MessageProducer, IClaimOwner
{
    private readonly MpmcConsumer? _dropper;
    private Mpmc.ClaimingEnd<Mpmc.FreedWords<DirectMemory>> _end;

    internal MpmcProducer(
        RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Mpmc.FreedWords<DirectMemory>> core, IRowOracle oracle, HandleBells bells,
        BoundedChannelFullMode fullMode, MpmcConsumer? dropper)
        : base(row, bells, fullMode)
    {
        _end = new(core, oracle, bells.Others, core.GranuleCount);
        _dropper = dropper;
    }

    /// <inheritdoc/>
    public override int MaxMessageBytes => _end.MaxMessageBytes;

    /// <summary>
    /// Writes one message. False means that the ring is too full for it, and nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before. Among
    /// producers, messages are in the order of their claims.
    /// </summary>
    /// <inheritdoc/>
    public override bool TryWrite(ReadOnlySpan<byte> message, int type = 0) => _end.TryWrite(this, message, type);

    /// <summary>
    /// Claims room for a message to be filled in place. False means that the ring is too full. Never waits. Several claims can be
    /// open at once and end in any order; consumers get behind each only when it has ended.
    /// </summary>
    /// <inheritdoc/>
    public override bool TryClaim(int maxLengthBytes, out Claim claim) => _end.TryClaim(this, this, maxLengthBytes, out claim);

    /// <summary>
    /// Writes as many of the messages as there is room for, in order and with one move of the position, so that no other
    /// producer's messages come between them. They become visible one after the other: a process that dies inside has written
    /// the first so many of them. Never waits. Returns how many; 0 when the ring is too full for the first.
    /// </summary>
    /// <param name="messages">
    /// The payloads. It stops before one that is too long for the ring; that one throws when it is first. When the memory of one throws,
    /// those before it are written, the places of the others are passed over, and the exception goes on to the caller.
    /// </param>
    /// <param name="type">A tag for the consumer, the same on all.</param>
    /// <inheritdoc/>
    public override int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type = 0) => _end.TryWriteBatch(this, messages, type);

    void IClaimOwner.Commit(long number, int lengthBytes, int type) => _end.Commit(this, number, lengthBytes, type);

    void IClaimOwner.Abort(long number) => _end.Abort(this, number);

    IBufferWriter<byte> IClaimOwner.WriterFor(long number) => _end.WriterFor(number);

    int IClaimOwner.WrittenBytes(long number) => _end.WrittenBytes(number);

    private protected override bool IsRingCompleted => _end.IsCompleted;

    private protected override bool HasRoom(int lengthBytes) => _end.HasRoom(lengthBytes);

    private protected override bool IsWorthTrying() => _end.IsWorthTrying();

    private protected override bool IsHeldUp() => _end.IsHeldUp();

    private protected override bool LookForTheDead() => _end.LookForTheDead();

    /// <summary>DropOldest: takes the oldest message out, as a consumer does.</summary>
    private protected override bool TryMakeRoom()
    {
        if (_dropper == null || !_dropper.TryRead(out Message oldest))
            return false;
        oldest.Dispose();
        return true;
    }

    private protected override void BeforeHandBack() => _dropper?.Dispose();
}
