using RingShm.Tests.Model.Engine;
using static RingShm.Tests.Model.Spsc.Participant;

namespace RingShm.Tests.Model.Spsc;

/// <summary>The SPSC programs in which participants are killed, at every access, and others succeed them.</summary>
internal static class SpscDeathPrograms
{
    public static IReadOnlyList<ModelProgram> All { get; } = [.. For(locks: true, ""), .. For(locks: false, "-without-locks")];

    /// <summary>Bigger ones, for the deep run.</summary>
    public static IReadOnlyList<ModelProgram> Deep { get; } =
    [
        SpscScenario.Of("deep-both-sides", new SpscSetting(StartPosition: 64 + 48) { ChecksCounters = false }, 2,
            MortalProducer("producer 1", Entry.Attached, p => p.Write(9, 24)),
            MortalConsumer("consumer 1", Entry.Attached, c => c.NotedBatches(2)),
            Producer("producer 2", Entry.Succeeds, p => p.Write(16, 0)), Consumer("consumer 2", Entry.Succeeds, c => c.Lease())),
        SpscScenario.Of("deep-three-kills", new SpscSetting(StartPosition: 64 + 48) { ChecksCounters = false }, 3,
            MortalProducer("producer 1", Entry.Attached, p => p.Write(24)), MortalConsumer("consumer 1", Entry.Attached, c => c.Lease()),
            MortalProducer("producer 2", Entry.Succeeds, p => p.WriteByteBatch(9, 3)), MortalConsumer("consumer 2", Entry.Succeeds, c => c.Lease()),
            Producer("producer 3", Entry.Succeeds, p => p.Write(1)), Consumer("consumer 3", Entry.Succeeds, c => c.Lease())),
        SpscScenario.Of("deep-everybody-attaches", new SpscSetting(HasLocks: false) { ChecksCounters = false }, 1,
            MortalDetachingProducer("producer 1", Entry.Attaches, p => p.Write(3)), Producer("producer 2", Entry.Attaches, p => p.Write(5)),
            MortalDetachingConsumer("consumer 1", Entry.Attaches, c => c.Lease(1)), Consumer("consumer 2", Entry.Attaches, c => c.Lease())),
        SpscScenario.Of("deep-laps", new SpscSetting(StartPosition: 64 + 48) { ChecksCounters = false }, 1,
            MortalProducer("producer 1", Entry.Attached, p => p.Write(24, 16, 8, 48, 0)), Producer("producer 2", Entry.Succeeds, p => p.Write(16, 24)),
            Consumer("consumer", Entry.Attached, c => c.Lease())),
    ];

    private static IEnumerable<ModelProgram> For(bool locks, string suffix)
    {
        SpscSetting wrapping = new(StartPosition: 64 + 48, HasLocks: locks) { ChecksCounters = false };
        SpscSetting fresh = new(HasLocks: locks) { ChecksCounters = false };
        return
        [
            SpscScenario.Of("kill-producer" + suffix, wrapping, 1,
                MortalProducer("producer 1", Entry.Attached, p => p.Write(9, 3)), Producer("producer 2", Entry.Succeeds, p => p.Write(5)),
                Consumer("consumer", Entry.Attached, c => c.Lease())),
            SpscScenario.Of("kill-producer-in-batch" + suffix, wrapping, 1,
                MortalProducer("producer 1", Entry.Attached, p => p.WriteByteBatch(9, 0, 3)), Producer("producer 2", Entry.Succeeds, p => p.Write(5)),
                Consumer("consumer", Entry.Attached, c => c.Lease())),
            SpscScenario.Of("kill-producer-when-full" + suffix, wrapping, 1,
                MortalProducer("producer 1", Entry.Attached, p => p.Write(24, 16, 8)), Producer("producer 2", Entry.Succeeds, p => p.Write(16)),
                Consumer("consumer", Entry.Attached, c => c.Lease())),
            SpscScenario.Of("kill-producer-in-claim" + suffix, wrapping, 1,
                MortalProducer("producer 1", Entry.Attached, p => p.ClaimAndAbort(16), p => p.ClaimAndCommit(16, 3)),
                Producer("producer 2", Entry.Succeeds, p => p.Write(5)), Consumer("consumer", Entry.Attached, c => c.Lease())),
            SpscScenario.Of("kill-producer-detaching" + suffix, wrapping, 1,
                MortalDetachingProducer("producer 1", Entry.Attached, p => p.Write(9)), Producer("producer 2", Entry.Succeeds, p => p.Write(5)),
                Consumer("consumer", Entry.Attached, c => c.Lease())),
            SpscScenario.Of("kill-leasing-consumer" + suffix, wrapping, 1,
                Producer("producer", Entry.Attached, p => p.Write(9, 3)), MortalConsumer("consumer 1", Entry.Attached, c => c.Lease()),
                Consumer("consumer 2", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("kill-batching-consumer" + suffix, wrapping, 1,
                Producer("producer", Entry.Attached, p => p.Write(9, 3)), MortalConsumer("consumer 1", Entry.Attached, c => c.NotedBatches(2)),
                Consumer("consumer 2", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("kill-after-part-of-batch" + suffix, wrapping, 1,
                Producer("producer", Entry.Attached, p => p.Write(9, 3)),
                MortalDetachingConsumer("consumer 1", Entry.Attached, c => c.NotedBatchSettledInPart(2, 0, andThen: 1)),
                Consumer("consumer 2", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("kill-taking-consumer" + suffix, fresh, 1,
                Producer("producer", Entry.Attached, p => p.WriteValues(3)), MortalConsumer("consumer 1", Entry.Attached, c => c.TakeValueBatches(2)),
                Consumer("consumer 2", Entry.Succeeds, c => c.TakeValues())),
            SpscScenario.Of("kill-consumer-detaching" + suffix, wrapping, 1,
                Producer("producer", Entry.Attached, p => p.Write(9, 3)), MortalDetachingConsumer("consumer 1", Entry.Attached, c => c.Lease(1)),
                Consumer("consumer 2", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("kill-two-consumers" + suffix, fresh, 2,
                Producer("producer", Entry.Attached, p => p.Write(locks ? [1, 3] : [1])),
                MortalConsumer("consumer 1", Entry.Attached, c => c.NotedBatches(2)),
                MortalConsumer("consumer 2", Entry.Succeeds, c => c.Lease()), Consumer("consumer 3", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("kill-two-producers" + suffix, fresh, 2,
                MortalProducer("producer 1", Entry.Attached, p => p.Write(9)), MortalProducer("producer 2", Entry.Succeeds, p => p.Write(3)),
                Producer("producer 3", Entry.Succeeds, p => p.Write(5)), Consumer("consumer", Entry.Attached, c => c.Lease())),
            SpscScenario.Of("kill-both-sides" + suffix, fresh, 2,
                MortalProducer("producer 1", Entry.Attached, p => p.Write(3)), MortalConsumer("consumer 1", Entry.Attached, c => c.Lease()),
                Producer("producer 2", Entry.Succeeds, p => p.Write(5)), Consumer("consumer 2", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("kill-consumer-then-visitor" + suffix, wrapping, 1,
                Producer("producer", Entry.Attached, p => p.Write(9)), MortalConsumer("consumer 1", Entry.Attached, c => c.Lease()),
                Consumer("consumer 2", Entry.Succeeds, c => c.Lease(0)), Consumer("consumer 3", Entry.Succeeds, c => c.Lease())),
            SpscScenario.Of("race-for-dead-producer" + suffix, fresh, 1,
                MortalProducer("producer 1", Entry.Attached, p => p.Write(3)), Producer("producer 2", Entry.Contends, p => p.Write(5)),
                Producer("producer 3", Entry.Contends, p => p.Write(1))),
            SpscScenario.Of("race-for-dead-consumer" + suffix, fresh, 1,
                Producer("producer", Entry.Attached, p => p.Write(3)), MortalConsumer("consumer 1", Entry.Attached, c => c.Lease()),
                Consumer("consumer 2", Entry.Contends, c => c.Lease(1)), Consumer("consumer 3", Entry.Contends, c => c.Lease())),
            SpscScenario.Of("kill-attaching-producer" + suffix, fresh, 1,
                MortalDetachingProducer("producer 1", Entry.Attaches, p => p.Write(3)),
                Producer("producer 2", Entry.Attaches, p => p.Write(5))),
        ];
    }
}
