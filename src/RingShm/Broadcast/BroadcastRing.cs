using System.Threading.Channels;
using RingShm.Broadcast;
using RingShm.Mapping;

namespace RingShm;

/// <summary>
/// A ring in which every reader sees every message, for messages of any length up to a limit, from one or many writers in any
/// processes. Messages come to all readers in the same order, that in which writers claimed their places. Whoever dies in the middle of
/// anything delays the others no longer than it takes to ask the kernel.
/// </summary>
/// <remarks>
/// The ring object may be used by any thread; the handles that it gives out by one thread at a time. Writers that are declared single
/// (<see cref="RingOptions.Producers"/>) are one at a time, and need no interlocked operation.
/// A reliable ring (<see cref="BroadcastDelivery.Reliable"/>) keeps each message until every attached reader has read it, or evicts the
/// reader that is a whole ring behind, as <see cref="RingOptions.SlowReaders"/> says. The dead hold nobody back. In a lossy ring
/// (<see cref="BroadcastDelivery.Lossy"/>) writers never wait for readers, and <see cref="Message.LostBefore"/> tells a lapped one exactly
/// how many messages it lost. A live but stopped writer delays readers behind its claim, and writers that come round to it.
/// </remarks>
public sealed partial class BroadcastRing : IDisposable
{
    private readonly BroadcastRingCore _core;

    private BroadcastRing(RegionName name, RegionMode mode, RingOptions? options) =>
        _core = new BroadcastRingCore(name, mode, options, fixedMessageBytes: 0);

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
    public static BroadcastRing Create(RegionName name, RingOptions? options = null) => new(name, RegionMode.Create, options);

    /// <summary>Opens an existing region.</summary>
    /// <param name="name">A name or a path; see <see cref="RegionName"/>.</param>
    /// <param name="options">What the caller relies on; null to take the region as it is.</param>
    /// <exception cref="RingNotFoundException">There is none.</exception>
    /// <exception cref="RingMismatchException">It is of another kind, version or size than the options say.</exception>
    /// <exception cref="RingCorruptException">It is no region, or a damaged one.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    /// <exception cref="TimeoutException">A live process has begun to make it and does not finish.</exception>
    public static BroadcastRing Open(RegionName name, RingOptions? options = null) => new(name, RegionMode.Open, options);

    /// <summary>
    /// Opens the region, or makes it when there is none; <see cref="CreatedNew"/> tells which. Of several processes that call
    /// this at once, one makes it and all open the same.
    /// </summary>
    /// <inheritdoc cref="Open"/>
    /// <exception cref="ArgumentException">A wrong name, or sizes that make no ring.</exception>
    /// <exception cref="RingStorageException">There is no room for it.</exception>
    public static BroadcastRing CreateOrOpen(RegionName name, RingOptions? options = null) =>
        new(name, RegionMode.CreateOrOpen, options);

    /// <summary>Attaches a writer. Does not wait; may sweep what a dead participant left.</summary>
    /// <exception cref="RoleTakenException">The role was declared single, and a live participant holds it or its dead holder cannot be cleared away yet.</exception>
    /// <exception cref="ParticipantLimitException">No place is free: each has a live owner, or a dead one that cannot be cleared away yet.</exception>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The ring object was disposed.</exception>
    public BroadcastWriter AttachWriter() => AttachWriter(BoundedChannelFullMode.Wait);

    /// <summary>
    /// Attaches a writer whose waiting writes do something else than wait when there is no room, in the words of
    /// <see cref="BoundedChannelFullMode"/>. <c>TryWrite</c> is not concerned: it says false.
    /// </summary>
    /// <param name="fullMode">
    /// Wait: as without. DropWrite, DropNewest: the message that is being written is dropped, for all readers; none that was published can
    /// be taken back from them. <see cref="ProducerHandle.MessagesDropped"/> counts.
    /// </param>
    /// <exception cref="ArgumentException">DropOldest: a lossy ring is what drops the oldest for whoever is too slow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is no mode.</exception>
    /// <inheritdoc cref="AttachWriter()"/>
    public BroadcastWriter AttachWriter(BoundedChannelFullMode fullMode)
    {
        _ = FullModes.OfBroadcast(fullMode);
        return _core.AttachWriter((row, core, oracle, bells) => new BroadcastWriter(row, core, oracle, bells, fullMode));
    }

    /// <summary>
    /// Attaches a reader. Does not wait; may sweep what a dead participant left. Looks at each word that is retained, at the most.
    /// </summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="resume">Where it goes on when it was lapped; for lossy rings only.</param>
    /// <exception cref="ArgumentOutOfRangeException">A start or a resume that is none.</exception>
    /// <exception cref="ParticipantLimitException">No place is free: each has a live owner, or a dead one that cannot be cleared away yet.</exception>
    /// <exception cref="RingCorruptException">The ring's words make no sense.</exception>
    /// <exception cref="ReaderEvictedException">It was a whole ring behind before it had found where to begin.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The ring object was disposed.</exception>
    public BroadcastReader AttachReader(ReaderStart start = ReaderStart.Oldest, ReaderResume resume = ReaderResume.Oldest) =>
        _core.AttachReader(start, resume, static (row, core, oracle, bells) => new BroadcastReader(row, core, oracle, bells));

    /// <summary>
    /// Says that no more messages will come. Writing throws from now on; readers read what is there, and are then drained.
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
