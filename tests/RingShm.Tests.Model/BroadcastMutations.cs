using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model;

/// <summary>The defects of the broadcast protocol that the suite must notice, one by one.</summary>
internal static class BroadcastMutations
{
    public static IReadOnlyList<Mutation> All { get; } =
    [
        Of("B2-dropped", "The next pair is not stored.") with { DroppedStores = Set(Edge.B2) },
        Of("B2-blind", "The next pair is stored without comparing.") with { BlindSwaps = Set(Edge.B2) },
        Of("B3-blind", "The step is moved without comparing.") with { BlindSwaps = Set(Edge.B3) },
        Of("B1-relaxed", "What is retained is loaded without acquire.") with { WeakAcquires = Set(Edge.B1) },
        Of("B11-relaxed", "A copy is judged by loads without acquire.") with { WeakAcquires = Set(Edge.B11), Programs = "broadcast-lossy-two-writers" },
        Of("broadcast-M2-dropped", "Writers do not announce what they try for.") with { DroppedStores = Set(Edge.M2), Programs = "broadcast-killed" },
        Of("broadcast-M3-blind", "The writer position is stored without comparing.") with { BlindSwaps = Set(Edge.M3) },
        Of("broadcast-M18-blind", "A survivor gives a hole up without comparing.") with { BlindSwaps = Set(Edge.M18), Programs = "broadcast-one-killed-before", Executions = 100_000 },
        Of("broadcast-M18-dropped", "A survivor mends nothing.") with { DroppedStores = Set(Edge.M18) },
        Of("broadcast-death-orders-nothing", "The oracle's answer carries no order.") with { DeathOrdersNothing = true },
        Of("B3-dropped", "The step is not moved.") with { DroppedStores = Set(Edge.B3) },
        Of("B4-dropped", "A writer looks at the cursors before its step is seen.") with { DroppedFences = Set(Edge.B4) },
        Of("B5-sees-nobody", "A writer sees no reader.") with { ForcedLoad = Edge.B5, ForcedValue = 0 },
        Of("B5-relaxed", "A writer loads cursors without acquire.") with { WeakAcquires = Set(Edge.B5), Programs = "broadcast-two-writers" },
        Of("B6-relaxed", "A cursor is stored without release.") with { WeakReleases = Set(Edge.B6) },
        Of("B6-dropped", "A cursor is not stored.") with { DroppedStores = Set(Edge.B6) },
        Of("B7-dropped", "A reader that comes looks at the step before its cursor is seen.") with { DroppedFences = Set(Edge.B7) },
        Of("B8-relaxed", "A slot word is loaded without acquire.") with { WeakAcquires = Set(Edge.B8) },
        Of("B10-dropped", "A copy is judged before it is over.") with { DroppedFences = Set(Edge.B10) },
        Of("B11-sees-nothing", "A copy is judged by the beginning of time.") with { ForcedLoad = Edge.B11, ForcedValue = 0 },
        Of("B12-dropped", "An evicted reader is not told.") with { DroppedStores = Set(Edge.B12) },
        Of("broadcast-M6-relaxed", "A message is published without release.") with { WeakReleases = Set(Edge.M6) },
        Of("broadcast-oracle-lies", "Recovery without a confirmed death.") with { OracleAlwaysSaysDead = true },
    ];

    private static Mutation Of(string name, string description) => new(name, description) { Programs = "broadcast", Walks = 4000 };

    private static FrozenSet<Edge> Set(Edge edge) => FrozenSet.ToFrozenSet([edge]);
}
