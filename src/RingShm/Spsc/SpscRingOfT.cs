using System.Threading.Channels;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RingShm.Mapping;
using RingShm.Spsc;

namespace RingShm;

/// <summary>
/// A ring of values of one unmanaged type for one producer and one consumer, in order. The same protocol and format as
/// <see cref="SpscRing"/>, with the length known beforehand.
/// </summary>
/// <remarks>
/// The ring object may be used by any thread; the handles that it gives out by one thread at a time. Each role has one live
/// holder: another attempt throws <see cref="RoleTakenException"/>. When a holder dies, in whatever way, the role is free at
/// once: a producer's successor goes on after the last published value, a consumer's at the last one that was handed back.
/// </remarks>
/// <typeparam name="T">An unmanaged type; every process must lay it out alike. Its size is checked when the ring is opened.</typeparam>
[SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "SpscRing<T>.Open reads as it is meant.")]
public sealed partial class SpscRing<T> : IDisposable
    where T : unmanaged
{
    private readonly SpscRingCore _core;

    private SpscRing(RegionName name, RegionMode mode, RingOptions? options) =>
        _core = new SpscRingCore(name, mode, options, fixedMessageBytes: Unsafe.SizeOf<T>());

    /// <summary>True when this object's call made the region, false when it was there.</summary>
    public bool CreatedNew => _core.Region.CreatedNew;

    /// <summary>The region's name or path.</summary>
    public RegionName Name => _core.Region.Name;

    /// <summary>Bytes of ring: the capacity asked for, rounded up to a power of two.</summary>
    public long CapacityBytes => _core.Geometry.CapacityBytes;

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
    public static SpscRing<T> Create(RegionName name, RingOptions? options = null) => new(name, RegionMode.Create, options);

    /// <summary>Opens an existing region.</summary>
    /// <param name="name">A name or a path; see <see cref="RegionName"/>.</param>
    /// <param name="options">What the caller relies on; null to take the region as it is.</param>
    /// <exception cref="RingNotFoundException">There is none.</exception>
    /// <exception cref="RingMismatchException">It is of another kind, version or size than the options say.</exception>
    /// <exception cref="RingCorruptException">It is no region, or a damaged one.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    /// <exception cref="TimeoutException">A live process has begun to make it and does not finish.</exception>
    public static SpscRing<T> Open(RegionName name, RingOptions? options = null) => new(name, RegionMode.Open, options);

    /// <summary>
    /// Opens the region, or makes it when there is none; <see cref="CreatedNew"/> tells which. Of several processes that call
    /// this at once, one makes it and all open the same.
    /// </summary>
    /// <inheritdoc cref="Open"/>
    /// <exception cref="ArgumentException">A wrong name, or sizes that make no ring.</exception>
    /// <exception cref="RingStorageException">There is no room for it.</exception>
    public static SpscRing<T> CreateOrOpen(RegionName name, RingOptions? options = null) =>
        new(name, RegionMode.CreateOrOpen, options);

    /// <summary>Takes the producer role. Does not wait.</summary>
    /// <exception cref="RoleTakenException">A live participant, here or in another process, holds it.</exception>
    /// <exception cref="RingCompletedException">The ring was completed.</exception>
    /// <exception cref="RingCorruptException">The ring's positions or records make no sense.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    public SpscProducer<T> AttachProducer() => AttachProducer(BoundedChannelFullMode.Wait);

    /// <summary>
    /// Attaches a producer whose waiting writes do something else than wait when the ring is full, in the words of
    /// <see cref="BoundedChannelFullMode"/>. <c>TryWrite</c> is not concerned: it says false.
    /// </summary>
    /// <param name="fullMode">
    /// Wait: as without. DropWrite, DropNewest: the message that is being written is dropped; one that was published before may be with its
    /// consumer already, so none newer can be. DropOldest: refused; it needs an MPMC ring. <see cref="ProducerHandle.MessagesDropped"/> counts.
    /// </param>
    /// <exception cref="ArgumentException">DropOldest.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is no mode.</exception>
    /// <inheritdoc cref="AttachProducer()"/>
    public SpscProducer<T> AttachProducer(BoundedChannelFullMode fullMode)
    {
        _ = FullModes.WithoutTaking(fullMode);
        return _core.AttachProducer((row, core, bells) => new SpscProducer<T>(row, core, bells, fullMode));
    }

    /// <summary>Takes the consumer role. Does not wait.</summary>
    /// <exception cref="RoleTakenException">A live participant, here or in another process, holds it.</exception>
    /// <exception cref="RingCorruptException">The ring's positions make no sense.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    public SpscConsumer<T> AttachConsumer() => _core.AttachConsumer(static (row, core, bells) => new SpscConsumer<T>(row, core, bells));

    /// <summary>
    /// Says that no more messages will come. Writing throws from now on; the consumer reads what is there, and is then drained.
    /// Call it after the last write has returned: a write that runs at the same moment on another thread or in another process
    /// may land behind the end. Cannot be undone.
    /// </summary>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    public void Complete() => _core.Complete();

    /// <summary>A snapshot of the ring's state. Costs the other participants nothing.</summary>
    public RingInfo GetInfo() => _core.GetInfo();

    /// <summary>
    /// Disposes the handles attached through this object and lets go of the region, which stays for others (on Linux until it
    /// is removed). Safe while other threads are inside a handle: memory is unmapped when the last of them has left.
    /// </summary>
    public void Dispose() => _core.Dispose();
}
