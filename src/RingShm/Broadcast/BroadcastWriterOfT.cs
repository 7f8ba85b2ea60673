using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm;

/// <summary>
/// A writer of a <see cref="BroadcastRing{T}"/>. Used by one thread at a time. What it has published stays in the ring whatever becomes
/// of it; what it had claimed and not published when it died is passed over.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class BroadcastWriter<T> : ValueProducer<T>
    where T : unmanaged
{
    private Mpmc.ClaimingEnd<Broadcast.RetainedRoom<DirectMemory>> _end;

    internal BroadcastWriter(
        RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Broadcast.RetainedRoom<DirectMemory>> core, IRowOracle oracle, HandleBells bells,
        BoundedChannelFullMode fullMode)
        : base(row, bells, fullMode) => _end = new(core, oracle, bells.Others, roomyGranules: 0);

    /// <summary>
    /// Writes one value. False means that there is no room for it now: a reader of a reliable ring has not read far enough, or another
    /// writer, a whole ring behind, has not ended its write; nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held.
    /// </summary>
    /// <inheritdoc/>
    public override bool TryWrite(in T value, int type = 0) => _end.TryWrite(this, value, type);

    /// <inheritdoc cref="MpmcProducer{T}.TryWriteBatch"/>
    public override int TryWriteBatch(ReadOnlySpan<T> values, int type = 0) => _end.TryWriteBatch(this, values, type);

    private protected override bool IsRingCompleted => _end.IsCompleted;

    private protected override bool HasRoom(int lengthBytes) => _end.HasRoom(lengthBytes);

    private protected override bool IsWorthTrying() => _end.IsWorthTrying();

    private protected override bool IsHeldUp() => _end.IsHeldUp();

    private protected override bool LookForTheDead() => _end.LookForTheDead();
}
