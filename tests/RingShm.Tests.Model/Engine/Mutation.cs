using System.Collections.Frozen;
using RingShm.Memory;

namespace RingShm.Tests.Model.Engine;

/// <summary>
/// One defect, planted through the seam: the library's code is unchanged, but what it asks of memory or of the kernel is
/// carried out wrongly. The suite must notice.
/// </summary>
internal sealed record Mutation(string Name, string Description)
{
    public static readonly Mutation None = new("none", "The code as it ships.");

    /// <summary>Release stores carried out as relaxed ones.</summary>
    public FrozenSet<Edge> WeakReleases { get; init; } = [];

    /// <summary>Acquire loads carried out as relaxed ones.</summary>
    public FrozenSet<Edge> WeakAcquires { get; init; } = [];

    /// <summary>Stores that do not happen, and compare-and-swaps that do not but report success.</summary>
    public FrozenSet<Edge> DroppedStores { get; init; } = [];

    /// <summary>Loads that do not look again: they return what the attempt first saw at that word.</summary>
    public FrozenSet<Edge> RepeatedLoads { get; init; } = [];

    /// <summary>Compare-and-swaps that store without comparing and report success.</summary>
    public FrozenSet<Edge> BlindSwaps { get; init; } = [];

    /// <summary>A store that happens only after the next store at <see cref="DelayedUntil"/>.</summary>
    public Edge? Delayed { get; init; }

    public Edge? DelayedUntil { get; init; }

    /// <summary>Stores that were held back happen from the last to the first.</summary>
    public bool DelayedBackwards { get; init; }

    /// <summary>Loads at this edge that return <see cref="ForcedValue"/>.</summary>
    public Edge? ForcedLoad { get; init; }

    public long ForcedValue { get; init; }

    /// <summary>Which bits are forced; all, if not said otherwise.</summary>
    public long ForcedMask { get; init; } = -1;

    /// <summary>Only programs whose names begin so are asked to notice; all of them when empty.</summary>
    public string Programs { get; init; } = "";

    /// <summary>How many executions of each program it may take to notice.</summary>
    public long Executions { get; init; } = 25_000;

    /// <summary>How many random walks over each program that is too big to explore.</summary>
    public long Walks { get; init; } = 10_000;

    /// <summary>A row's interval that was announced for nothing is not emptied.</summary>
    public bool KeepsLostIntervals { get; init; }

    /// <summary>The defect strikes only while a thread is in this phase; everywhere when empty.</summary>
    public string Phase { get; init; } = "";

    /// <summary>The oracle calls everybody dead and grants every lock.</summary>
    public bool OracleAlwaysSaysDead { get; init; }

    /// <summary>The oracle's answer carries no order: "dead" is told before the dead one's last stores have landed.</summary>
    public bool DeathOrdersNothing { get; init; }

    /// <summary>The kernel lock goes before the owner word is cleared.</summary>
    public bool UnlocksBeforeFreeing { get; init; }

    /// <summary>The row is freed before what it held has been handed back.</summary>
    public bool FreesRowEarly { get; init; }

    /// <summary>Who attaches takes a dead one's row without sweeping it.</summary>
    public bool TakesRowsOfTheDead { get; init; }

    /// <summary>The successor is not told that its predecessor died.</summary>
    public bool HidesDeathFromSuccessor { get; init; }

    /// <summary>The consumer releases a leased record before it reads it.</summary>
    public bool ReleasesBeforeReading { get; init; }

    /// <summary>The batch is noted after it is handed out instead of before.</summary>
    public bool NotesAfterDelivery { get; init; }

    /// <summary>A batch that keeps some of its messages ends like one that hands all of them back.</summary>
    public bool ForgetsRestOfBatch { get; init; }

    /// <summary>A creator does not ask whether another has finished in the meantime.</summary>
    public bool CreatesWithoutLooking { get; init; }

    /// <summary>The ready word is stored before the region is initialised.</summary>
    public bool PublishesRegionFirst { get; init; }

    /// <summary>Drained is judged by the header first and the completed word second.</summary>
    public bool LooksForTheEndLast { get; init; }

    /// <summary>Fences that do not happen.</summary>
    public FrozenSet<Edge> DroppedFences { get; init; } = [];

    /// <summary>A sleeper's call that fences every ringer does nothing.</summary>
    public bool DropsBarrier { get; init; }

    /// <summary>Ringers do not wake.</summary>
    public bool DropsWakes { get; init; }

    /// <summary>A wake reaches one sleeper only.</summary>
    public bool WakesOneOnly { get; init; }

    /// <summary>A ringer wakes before it moves the sequence.</summary>
    public bool WakesBeforeMoving { get; init; }

    /// <summary>A ringer takes the announcements and leaves the sequence.</summary>
    public bool KeepsSequence { get; init; }

    /// <summary>A ringer moves the sequence and leaves the announcements.</summary>
    public bool KeepsAnnouncements { get; init; }

    /// <summary>The kernel lets a sleeper sleep without comparing the word.</summary>
    public bool KernelSleepsWithoutComparing { get; init; }

    /// <summary>Both sides of a ring ring before they publish or release, not after.</summary>
    public bool RingsBeforePublishing { get; init; }

    /// <summary>Who mends what a dead one held, or returns messages, does not tell those who sleep on its own side.</summary>
    public bool MendsSilently { get; init; }

    /// <summary>A sleeper does not look at the ring between announcing itself and sleeping.</summary>
    public bool SleepsWithoutLooking { get; init; }

    /// <summary>A sleeper looks at the ring, then announces itself, then sleeps.</summary>
    public bool LooksBeforeAnnouncing { get; init; }

    public bool Strikes(ModelThread thread) => Phase.Length == 0 || thread.Phase == Phase;

    public override string ToString() => Name;
}
