using System.Threading.Channels;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm;

/// <summary>
/// A producer of an <see cref="MpmcRing{T}"/>. Used by one thread at a time. What it has published stays in the ring whatever
/// becomes of it; if it dies in the middle of a write, consumers pass over the place as soon as the kernel confirms it.
/// </summary>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike.</typeparam>
public sealed class MpmcProducer<T> : ValueProducer<T>
    where T : unmanaged
{
    private readonly MpmcConsumer<T>? _dropper;
    private Mpmc.ClaimingEnd<Mpmc.FreedWords<DirectMemory>> _end;

    internal MpmcProducer(
        RowLease row, in Mpmc.MpmcProducerCore<DirectMemory, Mpmc.FreedWords<DirectMemory>> core, IRowOracle oracle, HandleBells bells,
        BoundedChannelFullMode fullMode, MpmcConsumer<T>? dropper)
        : base(row, bells, fullMode)
    {
        _end = new(core, oracle, bells.Others, core.GranuleCount);
        _dropper = dropper;
    }

    /// <summary>
    /// Writes one value. False means that the ring is full, and nothing else. Waits for nobody; allocates
    /// nothing, except when it recovers what a dead participant held.
    /// </summary>
    /// <inheritdoc/>
    public override bool TryWrite(in T value, int type = 0) => _end.TryWrite(this, value, type);

    /// <summary>
    /// Writes as many of the values as there is room for, in order and with one move of the position, so that no other
    /// producer's come between them. A process that dies inside has written the first so many of them. Never waits. Returns how
    /// many.
    /// </summary>
    /// <inheritdoc/>
    public override int TryWriteBatch(ReadOnlySpan<T> values, int type = 0) => _end.TryWriteBatch(this, values, type);

    private protected override bool IsRingCompleted => _end.IsCompleted;

    private protected override bool HasRoom(int lengthBytes) => _end.HasRoom(lengthBytes);

    private protected override bool IsWorthTrying() => _end.IsWorthTrying();

    private protected override bool IsHeldUp() => _end.IsHeldUp();

    private protected override bool LookForTheDead() => _end.LookForTheDead();

    /// <summary>DropOldest: takes the oldest value out, as a consumer does.</summary>
    private protected override bool TryMakeRoom() => _dropper != null && _dropper.TryRead(out _);

    private protected override void BeforeHandBack() => _dropper?.Dispose();
}
