namespace RingShm.Tests.Model.Engine;

/// <summary>A small concurrent program: what its participants do, and what must hold when they are done.</summary>
/// <param name="Name">Names it in seeds.</param>
/// <param name="RegionBytes">Size of its region, zeroed at the start of every run.</param>
/// <param name="Setup">Adds the participants to a run; returns the check made after it.</param>
internal sealed record ModelProgram(string Name, long RegionBytes, Func<Execution, Action> Setup)
{
    public const int Unbounded = int.MaxValue;

    /// <summary>How many participants may be killed in one run.</summary>
    public int Kills { get; init; }

    /// <summary>Too big to exhaust: the bounded suite walks it at random.</summary>
    public bool IsSampled { get; init; }

    /// <summary>How often a thread that could go on may be interrupted in one run.</summary>
    public int Preemptions { get; init; } = Unbounded;

    /// <summary>
    /// Edges whose loads return the latest store only: where a compare-and-swap with the value follows that finds the latest anyway,
    /// an old one adds a turn and no outcome.
    /// </summary>
    public IReadOnlySet<Memory.Edge> FreshLoads { get; init; } = System.Collections.Frozen.FrozenSet<Memory.Edge>.Empty;

    public MemoryModel MemoryModel { get; init; } = MemoryModel.ReleaseAcquire;

    public override string ToString() => Name;
}
