using RingShm.Tests.Model.Engine;
using static RingShm.Tests.Model.Spsc.Participant;

namespace RingShm.Tests.Model.Spsc;

/// <summary>The SPSC programs without deaths.</summary>
internal static class SpscPrograms
{
    public static IReadOnlyList<ModelProgram> All =>
    [
        SpscScenario.Of("spsc-values", new SpscSetting(),
            Producer("producer", Entry.Attaches, p => p.WriteValues(2)), Consumer("consumer", Entry.Attaches, c => c.TakeValues())),
        SpscScenario.Of("spsc-values-wrap", new SpscSetting(StartPosition: 64 + 40),
            Producer("producer", Entry.Attached, p => p.WriteValues(4)), Consumer("consumer", Entry.Attached, c => c.TakeValues())),
        SpscScenario.Of("spsc-variable-wrap", new SpscSetting(StartPosition: 128 + 48),
            Producer("producer", Entry.Attached, p => p.Write(0, 13, 24)), Consumer("consumer", Entry.Attached, c => c.Lease())),
        SpscScenario.Of("spsc-largest", new SpscSetting(StartPosition: 128 + 24),
            Producer("producer", Entry.Attached, p => p.Write(48, 1, 48)), Consumer("consumer", Entry.Attached, c => c.Lease())),
        SpscScenario.Of("spsc-full", new SpscSetting(StartPosition: 64),
            Producer("producer", Entry.Attached, p => p.Write(24, 8, 16, 0)), Consumer("consumer", Entry.Attached, c => c.Lease())),
        SpscScenario.Of("spsc-value-batches", new SpscSetting(StartPosition: 64 + 32),
            Producer("producer", Entry.Attached, p => p.WriteAllInBatches(5)), Consumer("consumer", Entry.Attached, c => c.TakeValueBatches(2))),
        SpscScenario.Of("spsc-byte-batches", new SpscSetting(StartPosition: 64 + 40),
            Producer("producer", Entry.Attached, p => p.WriteByteBatch(3, 0, 9)), Consumer("consumer", Entry.Attached, c => c.NotedBatches(2))),
        SpscScenario.Of("spsc-batch-then-single", new SpscSetting(StartPosition: 64 + 48),
            Producer("producer", Entry.Attached, p => p.WriteByteBatch(8, 8, 8, 8), p => p.WriteValues(2)), Consumer("consumer", Entry.Attached, c => c.TakeValueBatches(4))),
        SpscScenario.Of("spsc-claims", new SpscSetting(StartPosition: 64 + 40),
            Producer("producer", Entry.Attached, p => p.ClaimAndCommit(24, 7), p => p.ClaimAndAbort(16), p => p.ClaimAndCommit(8, 0)),
            Consumer("consumer", Entry.Attached, c => c.Lease())),
        SpscScenario.Of("spsc-complete", new SpscSetting(StartPosition: 64 + 48) { AsksForTheEnd = true },
            Producer("producer", Entry.Attached, p => p.Write(8, 3), p => p.Complete()), Consumer("consumer", Entry.Attached, c => c.Lease())),
        SpscScenario.Of("spsc-complete-by-another", new SpscSetting { AsksForTheEnd = true, ChecksCounters = false },
            Producer("producer", Entry.Attached, p => p.Write(8, 3)), Completer("completer"), Consumer("consumer", Entry.Attached, c => c.Lease())),
        SpscScenario.Of("spsc-reattach", new SpscSetting(StartPosition: 64 + 48),
            Producer("producer 1", Entry.Attached, p => p.Write(3)), Producer("producer 2", Entry.Contends, p => p.Write(9)),
            Consumer("consumer 1", Entry.Attached, c => c.Lease(1)), Consumer("consumer 2", Entry.Contends, c => c.Lease())),
        SpscScenario.Of("spsc-reattach-without-locks", new SpscSetting(StartPosition: 64 + 48, HasLocks: false),
            Producer("producer 1", Entry.Attached, p => p.Write(3)), Producer("producer 2", Entry.Contends, p => p.Write(9)),
            Consumer("consumer 1", Entry.Attached, c => c.Lease(1)), Consumer("consumer 2", Entry.Contends, c => c.Lease())),
        SpscScenario.Of("spsc-part-of-batch", new SpscSetting(StartPosition: 64 + 48),
            Producer("producer", Entry.Attached, p => p.Write(3, 0, 9)), Consumer("consumer", Entry.Attached, c => c.NotedBatchSettledInPart(2, 1, andThen: int.MaxValue))),
        SpscScenario.Of("spsc-part-of-batch-reattach", new SpscSetting(StartPosition: 64 + 48),
            Producer("producer", Entry.Attached, p => p.Write(3, 0)),
            Consumer("consumer 1", Entry.Attached, c => c.NotedBatchSettledInPart(2, 0, andThen: 0)), Consumer("consumer 2", Entry.Contends, c => c.Lease())),
        SpscScenario.Of("spsc-attach-race", new SpscSetting { ChecksCounters = false },
            Producer("producer 1", Entry.Attaches, p => p.Write(3)), Producer("producer 2", Entry.Attaches, p => p.Write(9))),
        SpscScenario.Of("spsc-attach-race-without-locks", new SpscSetting(HasLocks: false) { ChecksCounters = false },
            Producer("producer 1", Entry.Attaches, p => p.Write(3)), Producer("producer 2", Entry.Attaches, p => p.Write(9))),
        SpscScenario.Of("spsc-abandon", new SpscSetting(StartPosition: 64 + 48) { ChecksCounters = false }, [.. Abandoning]),
        SpscScenario.Of("spsc-abandon-without-locks", new SpscSetting(StartPosition: 64 + 48, HasLocks: false) { ChecksCounters = false },
            [.. Abandoning]),
    ];

    /// <summary>Handles that their programs lost: a claim and a lease stay open, and successors sort it out.</summary>
    private static IEnumerable<Participant> Abandoning =>
    [
        MortalProducer("producer 1", Entry.Attached, p => p.Write(3), p => p.ClaimAndAbort(9), p => p.Abandon()),
        Producer("producer 2", Entry.Contends, p => p.Write(9)),
        MortalConsumer("consumer 1", Entry.Attached, c => c.LeaseAndAbandon()),
        Consumer("consumer 2", Entry.Contends, c => c.Lease()),
    ];
}
