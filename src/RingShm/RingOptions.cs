namespace RingShm;

/// <summary>How many participants of a role a ring may have at once.</summary>
public enum Cardinality
{
    /// <summary>What the kind of ring allows at the most.</summary>
    Default = 0,

    /// <summary>At most one at a time.</summary>
    One = 1,

    /// <summary>Any number.</summary>
    Many = 2,
}

/// <summary>What an opener may do with a region.</summary>
public enum RingAccess
{
    /// <summary>Maps the region for reading and writing; roles can be attached.</summary>
    ReadWrite = 0,

    /// <summary>Maps read-only pages: a monitor that cannot harm the ring, and cannot attach.</summary>
    ReadOnly = 1,
}

/// <summary>
/// How to create or open a ring. Each value that is set must agree with an existing region; each that is not takes the
/// region's value, or the default when the region is new.
/// </summary>
public sealed class RingOptions
{
    /// <summary>
    /// Bytes of ring, rounded up to a power of two, at least 64. 0 means the region's own, or 1 MiB for a new one.
    /// </summary>
    public long CapacityBytes { get; init; }

    /// <summary>
    /// The longest message, in bytes; at most the rounded capacity − 16. 0 means the region's own, or half the capacity.
    /// The region grows by about as much, so that a message that crosses the ring's end stays contiguous.
    /// </summary>
    public long MaxMessageBytes { get; init; }

    /// <summary>How many producers. An SPSC ring has <see cref="Cardinality.One"/>; anything else is refused there.</summary>
    public Cardinality Producers { get; init; }

    /// <summary>How many consumers. An SPSC ring has <see cref="Cardinality.One"/>; anything else is refused there.</summary>
    public Cardinality Consumers { get; init; }

    /// <summary>Read and write, or only look. Only an existing region can be opened read-only.</summary>
    public RingAccess Access { get; init; }

    /// <summary>
    /// Who may open a new region on Unix, whatever the process's umask says. The default is the owner alone (0600).
    /// Ignored on Windows.
    /// </summary>
    public UnixFileMode UnixMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Who may open a new region on Windows. Null means the creator's account alone. Ignored on Unix.</summary>
    public RingSecurity? Security { get; init; }

    /// <summary>
    /// Touches every page when the region is mapped, so that no message pays for a page fault. On by default.
    /// </summary>
    public bool PrefaultPages { get; init; } = true;

    /// <summary>
    /// How long an opener waits for a live creator to finish; a <see cref="TimeoutException"/> follows. 10 seconds by default.
    /// A creator is only ever replaced when the kernel confirms its death, never because this time has passed.
    /// </summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
