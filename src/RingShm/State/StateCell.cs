using RingShm.Mapping;
using RingShm.State;

namespace RingShm;

/// <summary>
/// The latest value and nothing else, for any number of writers and readers in any processes: bytes up to a length that is fixed when it is made. Whoever comes
/// late reads the current value at once; whoever waits is woken by a change, but not by its own.
/// </summary>
/// <remarks>
/// Readers always get a whole value, in a bounded number of steps. Nobody waits for anybody: a participant that is killed or stopped in the
/// middle of anything delays no one, and a value that was not published leaves the previous one. Values that follow each other quickly
/// may be missed: a ring is for those who must see all of them.
/// The cell object may be used by any thread; the handles that it gives out by one thread at a time. A role that is declared single
/// (<see cref="RingOptions.Producers"/>, <see cref="RingOptions.Consumers"/>) has one live holder.
/// <see cref="RingOptions.MaxMessageBytes"/> is the longest value; the region holds one for each participant, and four.
/// </remarks>
/// <example>
/// <code>
/// using var cell = StateCell.CreateOrOpen("text");
/// using var writer = cell.AttachWriter();
/// writer.Write("hello"u8);
///
/// // In another process:
/// using var reader = StateCell.Open("text").AttachReader();
/// byte[] text = reader.Read(out StateStamp stamp);
/// if (reader.WaitForChange(stamp.Version, Timeout.InfiniteTimeSpan))
///     text = reader.Read(out stamp);
/// </code>
/// </example>
public sealed class StateCell : IDisposable
{
    private readonly StateCellCore _core;

    private StateCell(RegionName name, RegionMode mode, RingOptions? options) =>
        _core = new StateCellCore(name, mode, options, fixedValueBytes: 0);

    /// <summary>True when this object's call made the region, false when it was there.</summary>
    public bool CreatedNew => _core.Region.CreatedNew;

    /// <summary>The region's name or path.</summary>
    public RegionName Name => _core.Region.Name;

    /// <summary>The longest value, in bytes.</summary>
    public long MaxValueBytes => _core.Geometry.MaxMessageBytes;

    /// <summary>The version of the value that is there now; 0 when nothing was written yet. Works on a read-only cell, too.</summary>
    /// <exception cref="ObjectDisposedException">The cell object was disposed.</exception>
    public long Version => _core.Version;

    /// <summary>Makes a new region.</summary>
    /// <param name="name">A name or a path; see <see cref="RegionName"/>.</param>
    /// <param name="options">Sizes and permissions; null for the defaults.</param>
    /// <exception cref="RingExistsException">It exists already.</exception>
    /// <exception cref="ArgumentException">A wrong name, sizes that make no cell, or a capacity, which a cell has not.</exception>
    /// <exception cref="RingStorageException">There is no room for it.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    /// <exception cref="TimeoutException">A live process has begun to make it and does not finish.</exception>
    public static StateCell Create(RegionName name, RingOptions? options = null) => new(name, RegionMode.Create, options);

    /// <summary>Opens an existing region.</summary>
    /// <param name="name">A name or a path; see <see cref="RegionName"/>.</param>
    /// <param name="options">What the caller relies on; null to take the region as it is.</param>
    /// <exception cref="RingNotFoundException">There is none.</exception>
    /// <exception cref="RingMismatchException">It is of another kind, version or size than the options say.</exception>
    /// <exception cref="RingCorruptException">It is no region, or a damaged one.</exception>
    /// <exception cref="RingAccessDeniedException">The operating system refuses.</exception>
    /// <exception cref="TimeoutException">A live process has begun to make it and does not finish.</exception>
    public static StateCell Open(RegionName name, RingOptions? options = null) => new(name, RegionMode.Open, options);

    /// <summary>
    /// Opens the region, or makes it when there is none; <see cref="CreatedNew"/> tells which. Of several processes that call
    /// this at once, one makes it and all open the same.
    /// </summary>
    /// <inheritdoc cref="Open"/>
    /// <exception cref="ArgumentException">A wrong name, sizes that make no cell, or a capacity, which a cell has not.</exception>
    /// <exception cref="RingStorageException">There is no room for it.</exception>
    public static StateCell CreateOrOpen(RegionName name, RingOptions? options = null) => new(name, RegionMode.CreateOrOpen, options);

    /// <summary>Attaches a writer, which reads as well. Does not wait; may clear away what a dead participant left.</summary>
    /// <exception cref="RoleTakenException">The role was declared single, and a live participant holds it.</exception>
    /// <exception cref="ParticipantLimitException">No place is free: each has a live owner.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The cell object was disposed.</exception>
    public StateWriter AttachWriter() => _core.AttachWriter(static (attachment, writer) => new StateWriter(attachment, writer));

    /// <summary>Attaches a reader. Does not wait; may clear away what a dead participant left.</summary>
    /// <exception cref="RoleTakenException">The role was declared single, and a live participant holds it.</exception>
    /// <exception cref="ParticipantLimitException">No place is free: each has a live owner.</exception>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The cell object was disposed.</exception>
    public StateReader AttachReader() => _core.AttachReader(static attachment => new StateReader(attachment));

    /// <summary>
    /// Clears away at once what dead participants left, as <see cref="Ring.Recover"/> does. Nobody waits for it: it only gives their places
    /// and buffers back. Any thread may call it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The region was opened read-only.</exception>
    /// <exception cref="ObjectDisposedException">The cell object was disposed.</exception>
    public RingRecovery Recover() => _core.Recover();

    /// <summary>A snapshot of the cell's state. Does not wait, and costs the participants nothing.</summary>
    /// <exception cref="ObjectDisposedException">The cell object was disposed.</exception>
    public RingInfo GetInfo() => _core.GetInfo();

    /// <summary>
    /// Disposes the handles attached through this object and lets go of the region, which stays for others (on Linux until it
    /// is removed). Safe while other threads are inside a handle: memory is unmapped when the last of them has left.
    /// </summary>
    public void Dispose() => _core.Dispose();
}
