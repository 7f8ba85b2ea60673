using System.Threading.Channels;
using RingShm.Mapping;
using RingShm.Mpmc;

namespace RingShm;

/// <summary>
/// A ring for any number of producers and consumers in any processes, for messages of any length up to a limit. Each message goes to one
/// consumer, in the order in which producers claimed their places. Whoever dies in the middle of anything delays the others no
/// longer than it takes to ask the kernel.
/// </summary>
/// <remarks>
/// The ring object may be used by any thread; the handles that it gives out by one thread at a time. A side that is declared single
/// (<see cref="RingOptions.Producers"/>, <see cref="RingOptions.Consumers"/>) has one live holder and no interlocked operation.
/// A live but stopped producer delays consumers behind its claim; a live but stopped consumer delays producers when they come round
/// to what it holds. Nothing is ever taken from either because time has passed.
/// </remarks>
public sealed partial class MpmcRing : IDisposable
{
    private readonly MpmcRingCore _core;

    private MpmcRing(RegionName name, RegionMode mode, RingOptions? options) =>
        _core = new MpmcRingCore(name, mode, options, fixedMessageBytes: 0);

    /// <summary>True when this object's call made the region, false when it was there.</summary>
    public bool CreatedNew => _core.Region.CreatedNew;

    /// <summary>The region's name or path.</summary>
    public RegionName Name => _core.Region.Name;

    /// <summary>
    /// The capacity asked for, rounded up to a power of two: see <see cref="RingInfo.CapacityBytes"/> for what fits into it.
    /// </summary>
    public long CapacityBytes => _core.Geometry.CapacityBytes;

    /// <summary>The longest message, in bytes.</summary>
    public long MaxMessageBytes => _core.Geometry.MaxMessageBytes;

    /// <summary>True after <see cref="Complete"/>, in any process.</summary>
    public bool IsCompleted => _core.IsCompleted;

    /// <summary>Makes a new region.</summary>
    /// <param name="name">A name or a path; see <see cref="RegionName"/>.</param>
    /// <param name="options">Sizes and permissions; null for the defaults.</param>
    /// <exception cref="RingExistsException">It exists already.</exception>
    /// <exception cref="ArgumentException">A wrong name, or sizes that make no ring.</exception>
    /// <exception cref="RingStorageException">There is no room for it.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    /// <exception cref="TimeoutException">A live process has begun to make it and does not finish.</exception>
    public static MpmcRing Create(RegionName name, RingOptions? options = null) => new(name, RegionMode.Create, options);

    /// <summary>Opens an existing region.</summary>
    /// <param name="name">A name or a path; see <see cref="RegionName"/>.</param>
    /// <param name="options">What the caller relies on; null to take the region as it is.</param>
    /// <exception cref="RingNotFoundException">There is none.</exception>
    /// <exception cref="RingMismatchException">It is of another kind, version or size than the options say.</exception>
    /// <exception cref="RingCorruptException">It is no region, or a damaged one.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    /// <exception cref="TimeoutException">A live process has begun to make it and does not finish.</exception>
    public static MpmcRing Open(RegionName name, RingOptions? options = null) => new(name, RegionMode.Open, options);

    /// <summary>
    /// Opens the region, or makes it when there is none; <see cref="CreatedNew"/> tells which. Of several processes that call
    /// this at once, one makes it and all open the same.
    /// </summary>
    /// <inheritdoc cref="Open"/>
    /// <exception cref="ArgumentException">A wrong name, or sizes that make no ring.</exception>
    /// <exception cref="RingStorageException">There is no room for it.</exception>
    public static MpmcRing CreateOrOpen(RegionName name, RingOptions? options = null) =>
        new(name, RegionMode.CreateOrOpen, options);

    /// <summary>Attaches a producer. Does not wait; may sweep what a dead participant left.</summary>
    /// <exception cref="RoleTakenException">The role was declared single, and a live participant holds it or its dead holder cannot be cleared away yet.</exception>
    /// <exception cref="ParticipantLimitException">No place is free: each has a live owner, or a dead one that cannot be cleared away yet.</exception>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The ring object was disposed.</exception>
    public MpmcProducer AttachProducer() => AttachProducer(BoundedChannelFullMode.Wait);

    /// <summary>
    /// Attaches a producer whose waiting writes do something else than wait when the ring is full, in the words of
    /// <see cref="BoundedChannelFullMode"/>. <c>TryWrite</c> is not concerned: it says false.
    /// </summary>
    /// <param name="fullMode">
    /// Wait: as without. DropWrite, DropNewest: the message that is being written is dropped; one that was published before may be with its
    /// consumer already, so none newer can be. DropOldest: takes the oldest messages out, as a consumer does, until there is room; if everything in the ring is held by consumers, the message
    /// that is being written is dropped. Needs a consumer's row besides the producer's. <see cref="ProducerHandle.MessagesDropped"/> counts.
    /// </param>
    /// <exception cref="ArgumentException">DropOldest in a ring that has one consumer only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is no mode.</exception>
    /// <inheritdoc cref="AttachProducer()"/>
    public MpmcProducer AttachProducer(BoundedChannelFullMode fullMode)
    {
        if (_core.Geometry.HasOneConsumer)
            _ = FullModes.WithoutTaking(fullMode);
        MpmcConsumer? dropper = FullModes.Known(fullMode) == BoundedChannelFullMode.DropOldest ? AttachConsumer() : null;
        try
        {
            return _core.AttachProducer((row, core, oracle, bells) => new MpmcProducer(row, core, oracle, bells, fullMode, dropper));
        }
        catch
        {
            dropper?.Dispose();
            throw;
        }
    }

    /// <summary>Attaches a consumer. Does not wait; may sweep what a dead participant left.</summary>
    /// <exception cref="RoleTakenException">The role was declared single, and a live participant holds it or its dead holder cannot be cleared away yet.</exception>
    /// <exception cref="ParticipantLimitException">No place is free: each has a live owner, or a dead one that cannot be cleared away yet.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The ring object was disposed.</exception>
    public MpmcConsumer AttachConsumer() => _core.AttachConsumer(static (row, core, oracle, bells) => new MpmcConsumer(row, core, oracle, bells));

    /// <summary>
    /// Says that no more messages will come. Writing throws from now on; consumers read what is there, and are then drained.
    /// Call it after the last write has returned: a write that runs at the same moment on another thread or in another process
    /// may land behind the end. Cannot be undone.
    /// </summary>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    public void Complete() => _core.Complete();

    /// <summary>
    /// Mends at once what dead participants held, as <see cref="Ring.Recover"/> does. Survivors do the same by themselves for
    /// what they meet. Does not wait; any thread may call it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The ring object was disposed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    public RingRecovery Recover() => _core.Recover();

    /// <summary>A snapshot of the ring's state. Does not wait, and costs the other participants nothing.</summary>
    /// <exception cref="ObjectDisposedException">The ring object was disposed.</exception>
    public RingInfo GetInfo() => _core.GetInfo();

    /// <summary>
    /// Disposes the handles attached through this object and lets go of the region, which stays for others (on Linux until it
    /// is removed). Safe while other threads are inside a handle: memory is unmapped when the last of them has left.
    /// </summary>
    public void Dispose() => _core.Dispose();
}
