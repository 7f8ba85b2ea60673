using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using Queue = RingShm.Prototypes.ClaimWordQueue<RingShm.Tests.Model.Engine.ModelMemory, long>;

namespace RingShm.Tests.Model.Specimen;

/// <summary>Defects of the prototype that its programs must notice, so that their silence means something.</summary>
internal static class ClaimWordMutations
{
    public static IReadOnlyList<Mutation> All { get; } =
    [
        new("cw-publish-relaxed", "Full is stored without release.") { WeakReleases = Set(Queue.Publish) },
        new("cw-release-relaxed", "Free is stored without release.") { WeakReleases = Set(Queue.Release) },
        new("cw-claim-blind", "A slot is claimed without comparing.") { BlindSwaps = Set(Queue.Claim) },
        new("cw-take-blind", "A message is taken without comparing.") { BlindSwaps = Set(Queue.Take) },
        new("cw-payload-late", "The payload is written after Full is stored.") { Delayed = Queue.Payload, DelayedUntil = Queue.Publish },
        new("cw-skip-blind", "A dead writer's word is skipped without comparing.") { BlindSwaps = Set(Queue.SkipDead) },
        new("cw-free-blind", "A skipped word is freed without comparing.") { BlindSwaps = Set(Queue.FreeSkipped) },
        new("cw-takeover-blind", "A dead reader's message is taken over without comparing.") { BlindSwaps = Set(Queue.TakeOver) },
        new("cw-oracle-lies", "Recovery without a confirmed death.") { OracleAlwaysSaysDead = true },
        new("cw-death-orders-nothing", "The oracle's answer carries no order.") { DeathOrdersNothing = true },
    ];

    private static FrozenSet<Edge> Set(Edge edge) => FrozenSet.ToFrozenSet([edge]);
}
