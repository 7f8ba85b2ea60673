using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model;

/// <summary>The defects of the state cell's protocol that the suite must notice, one by one.</summary>
internal static class StateMutations
{
    public static IReadOnlyList<Mutation> All { get; } =
    [
        Of("V1-relaxed", "The current word is loaded without acquire.") with { WeakAcquires = Set(Edge.V1) },
        Of("V3-dropped", "A reader looks at the version before its copy is over.") with { DroppedFences = Set(Edge.V3) },
        Of("V6-dropped", "A reader or a helper loads the current word before Choosing is said or seen.") with { DroppedFences = Set(Edge.V6) },
        Of("V7-blind", "Choosing is replaced without comparing.") with { BlindSwaps = Set(Edge.V7) },
        Of("V8-relaxed", "A pin is given up before the copy is over.") with { WeakReleases = Set(Edge.V8) },
        Of("V8-dropped", "A pin is never given up.") with { DroppedStores = Set(Edge.V8) },
        Of("V9-blind", "A buffer is claimed without comparing.") with { BlindSwaps = Set(Edge.V9) },
        Of("V10-relaxed", "A buffer is given back before its publication is visible.") with { WeakReleases = Set(Edge.V10) },
        Of("V10-dropped", "A buffer is not given back.") with { DroppedStores = Set(Edge.V10) },
        Of("V11-sees-nothing", "A dead one's buffer is not found.") with { ForcedLoad = Edge.V11, ForcedValue = 0 },
        Of("V12-dropped", "A writer looks at the pins before it knows what is current.") with { DroppedFences = Set(Edge.V12) },
        Of("V13-sees-idle", "A writer does not look at pins.") with { ForcedLoad = Edge.V13, ForcedValue = 0 },
        Of("V13-relaxed", "A writer loads pins without acquire.") with { WeakAcquires = Set(Edge.V13) },
        Of("V14-dropped", "A writer leaves the old version on its buffer.") with { DroppedStores = Set(Edge.V14) },
        Of("V14-after-V16", "A writer takes the version away after it has begun to write.") with { Delayed = Edge.V14, DelayedUntil = Edge.V16 },
        Of("V15-dropped", "A writer's value may be seen before its version is gone.") with { DroppedFences = Set(Edge.V15) },
        Of("V16-after-V18", "A value is written after it is published.") with { Delayed = Edge.V16, DelayedUntil = Edge.V18 },
        Of("V17-dropped", "A value is published without its version.") with { DroppedStores = Set(Edge.V17) },
        Of("V17-after-V18", "A version is stored after it is published.") with { Delayed = Edge.V17, DelayedUntil = Edge.V18 },
        Of("V18-blind", "A value is published without comparing.") with { BlindSwaps = Set(Edge.V18) },
        Of("state-oracle-lies", "A row is taken from the living.") with { OracleAlwaysSaysDead = true },
        Of("state-death-orders-nothing", "The oracle's answer carries no order.") with { DeathOrdersNothing = true },
        Of("V5-relaxed", "Choosing carries nothing of what the reader has seen.") with { WeakReleases = Set(Edge.V5) },
    ];

    private static Mutation Of(string name, string description) => new(name, description) { Programs = "state", Walks = 0 };

    private static FrozenSet<Edge> Set(Edge edge) => FrozenSet.ToFrozenSet([edge]);
}
