using System.Buffers;
using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm;

/// <summary>
/// A writer of a <see cref="BroadcastRing"/>. Used by one thread at a time. What it has published stays in the ring whatever becomes
/// of it; what it had claimed and not published when it died is passed over by whoever polls as soon as it asks the
/// kernel, and by sleepers as <see cref="WaitStrategy.SleepSlice"/> says. While it lives, readers get behind its claims only in their order.
/// </summary>
public sealed class BroadcastWriter : MessageProducer, IClaimOwner
{
    private Mpmc.ClaimingEnd<Broadcast.RetainedRoom<DirectMemory>> _end;

    internal BroadcastWriter(
        RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Broadcast.RetainedRoom<DirectMemory>> core, IRowOracle oracle, HandleBells bells,
        BoundedChannelFullMode fullMode)
        : base(row, bells, fullMode) => _end = new(core, oracle, bells.Others, roomyGranules: 0);

    /// <inheritdoc/>
    public override int MaxMessageBytes => _end.MaxMessageBytes;

    /// <summary>
    /// Writes one message. False means that there is no room for it now: a reader of a reliable ring has
    /// not read far enough, or another writer, a whole ring behind, has not ended its claim; nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held or when more are open at once than ever before. Among
    /// writers, messages are in the order of their claims.
    /// </summary>
    /// <inheritdoc/>
    public override bool TryWrite(ReadOnlySpan<byte> message, int type = 0) => _end.TryWrite(this, message, type);

    /// <summary>
    /// Claims room for a message to be filled in place. False means that the ring is too full. Never waits. Several claims can be
    /// open at once and end in any order; readers get behind each only when it has ended.
    /// </summary>
    /// <inheritdoc/>
    public override bool TryClaim(int maxLengthBytes, out Claim claim) => _end.TryClaim(this, this, maxLengthBytes, out claim);

    /// <inheritdoc cref="MpmcProducer.TryWriteBatch"/>
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
}
