using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.Tests.Model.Engine;
using static RingShm.Tests.Model.Mpmc.MpmcActor;
using static RingShm.Tests.Model.Mpmc.MpmcEntryKind;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>The MPMC programs in which participants are killed, at every access, and others find what they left.</summary>
internal static class MpmcDeathPrograms
{
    private const int OneProducer = 0;
    private const int OneConsumer = 1;
    private const int A = 2;
    private const int B = 3;
    private const int C = 4;

    public static IReadOnlyList<ModelProgram> All { get; } =
        [.. Afterwards, .. Left, .. For(locks: true, ""), .. For(locks: false, "-without-locks"), .. Meanwhile, .. Together];

    /// <summary>One dies, at each of its accesses; then another comes, or two that do not interrupt each other.</summary>
    private static IEnumerable<ModelProgram> Afterwards =>
    [
        MpmcScenario.Of("mpmc-after-producer", Looking(MpmcSetting.Inline(2)), 1,
            MortalProducer("producer", A, p => p.WriteValues(2)), Consumer("consumer", B, c => c.TakeValues(), Follows)),
        MpmcScenario.Of("mpmc-after-producer-both-sides", Looking(MpmcSetting.Inline(3)), 1,
            MortalProducer("producer 1", A, p => p.WriteValues(1)), Producer("producer 2", B, p => p.WriteValues(2), Follows),
            Consumer("consumer", C, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-after-claims", Looking(MpmcSetting.Inline(2)), 1,
            MortalProducer("producer", A, ClaimTwice), Consumer("consumer", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-after-one-producer", Looking(MpmcSetting.Inline(1, oneProducer: true)), 1,
            MortalProducer("producer", OneProducer, p => p.WriteValues(2)), Consumer("consumer", A, c => c.TakeValues(), Follows)),
        MpmcScenario.Of("mpmc-after-one-producers-claims", Looking(MpmcSetting.Inline(1, oneProducer: true)), 1,
            MortalProducer("producer", OneProducer, ClaimTwice), Consumer("consumer", A, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-after-one-consumer", Looking(MpmcSetting.Inline(1, oneProducer: true, oneConsumer: true)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", OneConsumer, c => c.Lease(2)), Producer("producer", OneProducer, p => p.WriteValues(2), Follows)),
        MpmcScenario.Of("mpmc-after-one-consumers-leases", Looking(MpmcSetting.Inline(1, oneProducer: true, oneConsumer: true)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", OneConsumer, LeaseTwo), Producer("producer", OneProducer, p => p.WriteValues(2), Follows)),
        MpmcScenario.Of("mpmc-after-batching-producer", Looking(MpmcSetting.Inline(2)), 1,
            MortalProducer("producer", A, p => p.WriteValueBatches(2)), Consumer("consumer", B, c => c.TakeValueBatches(2), Follows)),
        MpmcScenario.Of("mpmc-after-consumer", Looking(MpmcSetting.Inline(3)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.Lease(1)), Producer("producer", B, p => p.WriteValues(1), Follows),
            Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-after-taking-consumer", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.TakeValueBatches(2, 2)), Consumer("consumer 2", B, c => c.TakeValues(), Follows)),
        MpmcScenario.Of("mpmc-after-leases", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseThoseThere(0, 1)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-after-leases-in-reverse", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseThoseThere(1, 0)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-after-batch", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(2, count: 2)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-after-unsettled-batch", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(2, unsettledOfFirst: 1, count: 3)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-after-dropping", Looking(MpmcSetting.Inline(2, drops: true)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer", A, c => c.LeaseAndKeep()), Producer("producer", B, p => p.WriteValues(1), Follows)),
        MpmcScenario.Of("mpmc-after-dropping-leases", Looking(MpmcSetting.Inline(2, drops: true)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseThoseThere(0, 1)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-headerless-after-producer", Looking(MpmcSetting.Values(2)) with { StartPosition = 3 }, 1,
            MortalProducer("producer", A, p => p.WriteValues(2)), Consumer("consumer", B, c => c.TakeValues(), Follows)),
        MpmcScenario.Of("mpmc-headerless-after-batch", Looking(MpmcSetting.Values(2)) with { StartPosition = 3, Prefilled = 3 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(3, unsettledOfFirst: 1, count: 3)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-side-after-producer", Looking(MpmcSetting.Side(2)) with { StartPosition = 7 }, 1,
            MortalProducer("producer", A, p => p.Write(60, 9)), Consumer("consumer", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-side-after-claims", Looking(MpmcSetting.Side(2)) with { StartPosition = 7 }, 1,
            MortalProducer("producer", A, p =>
            {
                p.Claim(60);
                p.Claim(60);
                p.Commit(1, 58);
                p.Abort(0);
            }),
            Consumer("consumer", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-side-after-batching-producer", Looking(MpmcSetting.Side(2)) with { StartPosition = 7 }, 1,
            MortalProducer("producer", A, p => p.WriteBatches(60, 9)), Consumer("consumer", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-side-after-consumer", Looking(MpmcSetting.Side(3)) with { StartPosition = 7, Prefilled = 2, PrefilledGranules = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.Lease(1)), Producer("producer", B, p => p.Write(60), Follows),
            Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-side-after-batch", Looking(MpmcSetting.Side(2)) with { StartPosition = 7, Prefilled = 2, PrefilledGranules = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(2, count: 2)), Consumer("consumer 2", B, c => c.Lease(), Follows)),
        MpmcScenario.Of("mpmc-side-after-dropping", Looking(MpmcSetting.Side(2, drops: true)) with { StartPosition = 7, Prefilled = 2, PrefilledGranules = 2 }, 1,
            MortalConsumer("consumer", A, c => c.LeaseThoseThere(0)), Producer("producer", B, p => p.Write(60), Follows)),
    ];

    /// <summary>One has ended and left something behind; two others come upon it at the same time.</summary>
    private static IEnumerable<ModelProgram> Left =>
    [
        MpmcScenario.Of("mpmc-left-claim", Looking(MpmcSetting.Inline(3)),
            MortalProducer("producer", A, p => p.Claim(8)),
            Consumer("consumer 1", B, c => c.TakeValues(), Follows), Consumer("consumer 2", C, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-claims", Looking(MpmcSetting.Inline(3)),
            MortalProducer("producer 1", A, p =>
            {
                p.Claim(8);
                p.Claim(8);
            }),
            Producer("producer 2", B, p => p.WriteValues(1), Follows), Consumer("consumer", C, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-lease", Looking(MpmcSetting.Inline(3)) with { Prefilled = 2 },
            MortalConsumer("consumer 1", A, c => c.LeaseAndKeep()), Producer("producer", B, p => p.WriteValues(1), Follows),
            Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-marked-lease", Looking(MpmcSetting.Inline(3)) with { Prefilled = 1 },
            MortalConsumer("consumer 1", A, LeaseAndMark),
            Consumer("consumer 2", B, c => c.Lease(), Follows), Consumer("consumer 3", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-batch", Looking(MpmcSetting.Inline(3)) with { Prefilled = 2 },
            MortalConsumer("consumer 1", A, c => c.TakeBatchAndKeep(2)),
            Consumer("consumer 2", B, c => c.Lease(), Follows), Consumer("consumer 3", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-batch-to-drop", Looking(MpmcSetting.Inline(3, drops: true)) with { Prefilled = 2 },
            MortalConsumer("consumer 1", A, c => c.TakeBatchAndKeep(2)),
            Producer("producer", B, p => p.WriteValues(1), Follows), Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-side-left-claim", Looking(MpmcSetting.Side(3)) with { StartPosition = 7 },
            MortalProducer("producer 1", A, p => p.Claim(60)),
            Producer("producer 2", B, p => p.Write(9), Follows), Consumer("consumer", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-side-left-lease", Looking(MpmcSetting.Side(3, drops: true)) with { StartPosition = 7, Prefilled = 2, PrefilledGranules = 2 },
            MortalConsumer("consumer 1", A, c => c.LeaseAndKeep()), Producer("producer", B, p => p.Write(60), Follows),
            Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-lease-then-killed", Looking(MpmcSetting.Inline(3)) with { Prefilled = 1 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseAndKeep()), MortalConsumer("consumer 2", B, c => c.Lease(), Follows),
            Consumer("consumer 3", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-left-claim-then-killed", Looking(MpmcSetting.Inline(3)), 1,
            MortalProducer("producer 1", A, p => p.Claim(8)), MortalConsumer("consumer 1", B, c => c.Lease(), Follows),
            Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
    ];

    /// <summary>One dies while the others are at work; how often a running one is interrupted is bounded.</summary>
    private static IEnumerable<ModelProgram> Meanwhile =>
    [
        MpmcScenario.Of("mpmc-kill-one-of-two-producers", Looking(MpmcSetting.Inline(3)), 1,
            MortalProducer("producer 1", A, p => p.WriteValues(1)), Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", C, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-loser-gives-up", Looking(MpmcSetting.Inline(3)) with { Prefilled = 1 }, 1,
            MortalProducer("producer 1", A, p => p.WriteOnce()), Producer("producer 2", B, p => p.WriteOnceAndStay()),
            Consumer("consumer", C, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-kill-one-of-two-consumers", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.TakeValues(1)), Consumer("consumer 2", B, c => c.TakeValues())) with { IsSampled = true },
        MpmcScenario.Of("mpmc-kill-unsettling-consumer", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(2, unsettledOfFirst: 1, count: 1)),
            Consumer("consumer 2", B, c => c.Lease())) with { IsSampled = true },
        MpmcScenario.Of("mpmc-kill-leasing-consumer", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseThoseThere(0, 1)), Consumer("consumer 2", B, c => c.Lease())) with { Preemptions = 1 },
        MpmcScenario.Of("mpmc-side-kill-producer", Looking(MpmcSetting.Side(2)) with { StartPosition = 7 }, 1,
            MortalProducer("producer", A, p => p.Write(60, 9)), Consumer("consumer", B, c => c.Lease())) with { Preemptions = 1 },
        MpmcScenario.Of("mpmc-drop-what-the-dead-held", Looking(MpmcSetting.Inline(2, drops: true)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer", A, c => c.LeaseAndKeep()), Producer("producer", B, p => p.WriteValues(1))),
        MpmcScenario.Of("mpmc-kill-before-the-end", Looking(MpmcSetting.Inline(2)) with { Prefilled = 1, AsksForTheEnd = true }, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(1, unsettledOfFirst: 1, count: 2)),
            Consumer("consumer 2", B, c => c.Lease()), Visitor("completer", Complete)) with { IsSampled = true },
    ];

    /// <summary>Two at work die at once, each at any of its accesses.</summary>
    private static IEnumerable<ModelProgram> Together =>
    [
        MpmcScenario.Of("mpmc-kill-both-producers", Looking(MpmcSetting.Inline(3)), 2,
            MortalProducer("producer 1", A, p => p.WriteValues(1)), MortalProducer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", C, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-kill-both-consumers", Looking(MpmcSetting.Inline(3)) with { Prefilled = 2 }, 2,
            MortalConsumer("consumer 1", A, c => c.Lease(1)), MortalConsumer("consumer 2", B, c => c.TakeValues(1)),
            Consumer("consumer 3", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-kill-producer-and-consumer", Looking(MpmcSetting.Inline(3)) with { Prefilled = 1 }, 2,
            MortalProducer("producer", A, p => p.WriteValues(1)), MortalConsumer("consumer 1", B, c => c.Lease(1)),
            Consumer("consumer 2", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-kill-batch-and-survivor", Looking(MpmcSetting.Inline(3)) with { Prefilled = 2 }, 2,
            MortalConsumer("consumer 1", A, c => c.LeaseBatches(2, unsettledOfFirst: 1, count: 2)), MortalConsumer("consumer 2", B, c => c.Lease()),
            Consumer("consumer 3", C, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-side-kill-both-producers", Looking(MpmcSetting.Side(3)) with { StartPosition = 7 }, 2,
            MortalProducer("producer 1", A, p => p.Write(60)), MortalProducer("producer 2", B, p => p.Write(9)),
            Consumer("consumer", C, c => c.Lease(), Follows)) with { IsSampled = true },
    ];

    private static IEnumerable<ModelProgram> For(bool locks, string suffix) =>
    [
        MpmcScenario.Of("mpmc-kill-producer" + suffix, Looking(MpmcSetting.Inline(2, locks: locks)), 1,
            MortalProducer("producer", A, p => p.WriteValues(2)), Consumer("consumer", B, c => c.TakeValues())) with { Preemptions = 1 },
        MpmcScenario.Of("mpmc-kill-one-producer" + suffix, Looking(MpmcSetting.Inline(1, oneProducer: true, locks: locks)), 1,
            MortalProducer("producer", OneProducer, p => p.WriteValues(2)), Consumer("consumer", A, c => c.TakeValues())) with { Preemptions = 1 },
        MpmcScenario.Of("mpmc-succeed-one-of-each" + suffix, Joining(MpmcSetting.Inline(1, oneProducer: true, oneConsumer: true, locks: locks)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", OneConsumer, c => c.Lease(2)), Consumer("consumer 2", OneConsumer, c => c.Lease(), Succeeds)),
        MpmcScenario.Of("mpmc-kill-consumer" + suffix, Looking(MpmcSetting.Inline(2, locks: locks)) with { Prefilled = 1 }, 1,
            MortalConsumer("consumer 1", A, c => c.Lease(1)), Consumer("consumer 2", B, c => c.Lease())) with { Preemptions = 1 },
        MpmcScenario.Of("mpmc-succeed-producer" + suffix, Joining(MpmcSetting.Inline(2, locks: locks)), 1,
            MortalProducer("producer 1", A, p => p.WriteValues(1)), Producer("producer 2", A, p => p.WriteValues(1), Succeeds),
            Consumer("consumer", B, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-succeed-left-claim" + suffix, Joining(MpmcSetting.Inline(2, locks: locks)),
            MortalProducer("producer 1", A, p => p.Claim(8)), Producer("producer 2", A, p => p.WriteValues(1), Succeeds),
            Consumer("consumer", B, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-succeed-consumer" + suffix, Joining(MpmcSetting.Inline(1, locks: locks)) with { Prefilled = 1 }, 1,
            MortalConsumer("consumer 1", A, c => c.Lease(1)), Consumer("consumer 2", A, c => c.Lease(), Succeeds)),
        MpmcScenario.Of("mpmc-succeed-left-lease" + suffix, Joining(MpmcSetting.Inline(2, locks: locks)) with { Prefilled = 2 },
            MortalConsumer("consumer 1", A, c => c.LeaseAndKeep()), Producer("producer", B, p => p.WriteValues(1), Follows),
            Consumer("consumer 2", A, c => c.Lease(), Succeeds)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-succeed-one-producer" + suffix, Joining(MpmcSetting.Inline(1, oneProducer: true, oneConsumer: true, locks: locks)), 1,
            MortalProducer("producer 1", OneProducer, p => p.WriteValues(2)), Producer("producer 2", OneProducer, p => p.WriteValues(1), Succeeds),
            Consumer("consumer", OneConsumer, c => c.TakeValues(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-succeed-one-consumer" + suffix, Joining(MpmcSetting.Inline(1, oneProducer: true, oneConsumer: true, locks: locks)) with { Prefilled = 2 }, 1,
            MortalConsumer("consumer 1", OneConsumer, c => c.Lease(2)), Producer("producer", OneProducer, p => p.WriteValues(1), Follows),
            Consumer("consumer 2", OneConsumer, c => c.Lease(), Succeeds)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-abandon" + suffix, Joining(MpmcSetting.Inline(2, locks: locks)) with { Prefilled = 2 },
            MortalConsumer("consumer 1", A, c =>
            {
                c.LeaseAndKeep();
                c.Abandon();
            }),
            Producer("producer", B, p => p.WriteValues(1)), Consumer("consumer 2", A, c => c.Lease(), Succeeds)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-recover" + suffix, Joining(MpmcSetting.Inline(1, locks: locks)), 1,
            MortalProducer("producer", A, p => p.WriteValues(1)),
            Visitor("recoverer 1", Recover, Succeeds), Visitor("recoverer 2", Recover, Succeeds)),
        MpmcScenario.Of("mpmc-recover-leases" + suffix, Joining(MpmcSetting.Inline(2, locks: locks)) with { Prefilled = 2 },
            MortalConsumer("consumer 1", A, LeaseTwo),
            Visitor("recoverer", Recover, Succeeds), Consumer("consumer 2", B, c => c.Lease(), Follows)) with { IsSampled = true },
        MpmcScenario.Of("mpmc-row-reused" + suffix, Joining(MpmcSetting.Inline(1, locks: locks)) with { Prefilled = 1 },
            MortalConsumer("consumer 1", A, LeaseAndMark),
            Visitor("recoverer 1", Recover, Succeeds), Visitor("recoverer 2", Recover, Succeeds),
            Consumer("consumer 2", A, c => c.LeaseSeveral(0, 1), Succeeds)) with { Preemptions = 1 },
        MpmcScenario.Of("mpmc-come-and-die" + suffix, Joining(MpmcSetting.Inline(2, locks: locks)),
            MortalProducer("producer", A, p => p.Claim(8), Attaches), Consumer("consumer 1", A, c => c.TakeValues(0), Attaches),
            Consumer("consumer 2", B, c => c.TakeValues(), Follows)) with { IsSampled = true },
    ];

    private static void ClaimTwice(MpmcWriter producer)
    {
        producer.Claim(8);
        producer.Claim(8);
        producer.Commit(1, 8);
        producer.Commit(0, 8);
    }

    private static void LeaseAndMark(MpmcReader consumer)
    {
        consumer.LeaseAndKeep();
        consumer.Mark();
    }

    private static void LeaseTwo(MpmcReader consumer)
    {
        consumer.LeaseAndKeep();
        consumer.LeaseAndKeep();
    }

    private static unsafe void Complete(MpmcWorld world, ModelThread me) =>
        ModelMemory.StoreRelease(world.Map.Completed, 1, Edge.S12);

    /// <summary>What Ring.Recover does.</summary>
    public static void Recover(MpmcWorld world, ModelThread me)
    {
        me.Phase = "recover";
        MpmcRecovery<ModelMemory>.SweepAll(world.Map, world.Setting.Oracle, Execution.OwnerWord(me), out _, out _);
    }

    private static MpmcSetting Looking(MpmcSetting setting) => setting with { LooksForTheDead = true };

    private static MpmcSetting Joining(MpmcSetting setting) => setting with { LooksForTheDead = true, HasNewcomers = true };
}
