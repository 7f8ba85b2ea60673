using RingShm.Tests.Model.Engine;
using static RingShm.Tests.Model.Mpmc.MpmcActor;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>The MPMC programs without deaths: all cardinalities, both layouts, laps, batches, several claims and leases open.</summary>
internal static class MpmcPrograms
{
    private const int OneProducer = 0;
    private const int OneConsumer = 1;
    private const int A = 2;
    private const int B = 3;
    private const int C = 4;
    private const int D = 5;

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        // Words in the slots.
        MpmcScenario.Of("mpmc-values", MpmcSetting.Inline(4),
            Producer("producer 1", A, p => p.WriteValues(1)), Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer 1", C, c => c.TakeValues(1)), Consumer("consumer 2", D, c => c.TakeValues(1))),
        MpmcScenario.Of("mpmc-values-laps", MpmcSetting.Inline(2),
            Producer("producer", A, p => p.WriteValues(4)), Consumer("consumer", B, c => c.TakeValues())),
        MpmcScenario.Of("mpmc-values-two-producers", MpmcSetting.Inline(3),
            Producer("producer 1", A, p => p.WriteValues(2)), Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", C, c => c.TakeValues())),
        MpmcScenario.Of("mpmc-values-two-consumers", MpmcSetting.Inline(3),
            Producer("producer", A, p => p.WriteValues(2)),
            Consumer("consumer 1", B, c => c.TakeValues(1)), Consumer("consumer 2", C, c => c.TakeValues(1))),
        MpmcScenario.Of("mpmc-values-two-consumers-laps", MpmcSetting.Inline(3),
            Producer("producer", A, p => p.WriteValues(3)),
            Consumer("consumer 1", B, c => c.TakeValues(1)), Consumer("consumer 2", C, c => c.TakeValues(2))) with { IsSampled = true },
        MpmcScenario.Of("mpmc-one-producer", MpmcSetting.Inline(2, oneProducer: true),
            Producer("producer", OneProducer, p => p.WriteValues(2)),
            Consumer("consumer 1", A, c => c.TakeValues(1)), Consumer("consumer 2", B, c => c.TakeValues(1))),
        MpmcScenario.Of("mpmc-one-consumer", MpmcSetting.Inline(2, oneConsumer: true),
            Producer("producer 1", A, p => p.WriteValues(1)), Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", OneConsumer, c => c.TakeValues())),
        MpmcScenario.Of("mpmc-one-of-each", MpmcSetting.Inline(1, oneProducer: true, oneConsumer: true),
            Producer("producer", OneProducer, p => p.WriteValues(5)), Consumer("consumer", OneConsumer, c => c.TakeValues())),
        MpmcScenario.Of("mpmc-value-batches", MpmcSetting.Inline(2),
            Producer("producer", A, p => p.WriteValueBatches(3)), Consumer("consumer", B, c => c.TakeValueBatches(2))),
        MpmcScenario.Of("mpmc-value-batches-against-singles", MpmcSetting.Inline(3),
            Producer("producer 1", A, p => p.WriteValueBatches(2)), Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", C, c => c.TakeValueBatches(2))),
        MpmcScenario.Of("mpmc-claims", MpmcSetting.Inline(2),
            Producer("producer", A, p =>
            {
                p.Claim(8);
                p.Claim(8);
                p.Commit(1, 8);
                p.Commit(0, 8);
                p.Claim(8);
                p.Abort(2);
                p.WriteValues(1);
            }),
            Consumer("consumer", B, c => c.Lease())),
        MpmcScenario.Of("mpmc-claims-against-writes", MpmcSetting.Inline(3),
            Producer("producer 1", A, p =>
            {
                p.Claim(8);
                p.Abort(0);
            }),
            Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", C, c => c.Lease())),
        MpmcScenario.Of("mpmc-leases-in-reverse", MpmcSetting.Inline(2),
            Producer("producer", A, p => p.WriteValues(3)),
            Consumer("consumer", B, c =>
            {
                c.LeaseSeveral(1, 0);
                c.Lease();
            })),
        MpmcScenario.Of("mpmc-leases-beside-another", MpmcSetting.Inline(3),
            Producer("producer", A, p => p.WriteValues(2)),
            Consumer("consumer 1", B, c => c.LeaseSeveral(0)), Consumer("consumer 2", C, c => c.Lease(1))),
        MpmcScenario.Of("mpmc-unsettled", MpmcSetting.Inline(2) with { HasReturns = true },
            Producer("producer", A, p => p.WriteValues(3)), Consumer("consumer", B, c => c.LeaseBatches(2, unsettledOfFirst: 1))),
        MpmcScenario.Of("mpmc-unsettled-to-another", MpmcSetting.Inline(3) with { HasReturns = true },
            Producer("producer", A, p => p.WriteValues(2)), Consumer("consumer 1", B, c => c.LeaseBatches(2, unsettledOfFirst: 2, count: 1)),
            Consumer("consumer 2", C, c => c.Lease())) with { IsSampled = true },
        MpmcScenario.Of("mpmc-complete", MpmcSetting.Inline(2) with { AsksForTheEnd = true },
            Producer("producer", A, p =>
            {
                p.WriteValues(1);
                p.Complete();
            }),
            Consumer("consumer", B, c => c.TakeValues())),
        MpmcScenario.Of("mpmc-complete-two-consumers", MpmcSetting.Inline(3) with { AsksForTheEnd = true },
            Producer("producer", A, p =>
            {
                p.WriteValues(1);
                p.Complete();
            }),
            Consumer("consumer 1", B, c => c.TakeValues()), Consumer("consumer 2", C, c => c.TakeValues())) with { IsSampled = true },
        MpmcScenario.Of("mpmc-complete-unsettled", MpmcSetting.Inline(3) with { HasReturns = true, AsksForTheEnd = true },
            Producer("producer", A, p =>
            {
                p.WriteValues(1);
                p.Complete();
            }),
            Consumer("consumer 1", B, c => c.LeaseBatches(1, unsettledOfFirst: 1, count: 1)), Consumer("consumer 2", C, c => c.Lease())) with { IsSampled = true },
        MpmcScenario.Of("mpmc-drained-behind-another", MpmcSetting.Inline(3) with { HasReturns = true, AsksForTheEnd = true, IsCompleted = true, Prefilled = 1 },
            Consumer("consumer 1", A, c =>
            {
                c.LeaseBatches(1, unsettledOfFirst: 1, count: 1);
                c.LookWhenMarked(C);
            }),
            Consumer("consumer 2", B, c => c.AskOnce()), Consumer("consumer 3", C, c => c.LeaseForLong())) with { Preemptions = 0 },
        MpmcScenario.Of("mpmc-headerless", MpmcSetting.Values(2) with { StartPosition = 3 },
            Producer("producer", A, p => p.WriteValues(5)), Consumer("consumer", B, c => c.TakeValues())),
        MpmcScenario.Of("mpmc-headerless-batches", MpmcSetting.Values(2) with { StartPosition = 3 },
            Producer("producer", A, p => p.WriteValueBatches(5)), Consumer("consumer", B, c => c.TakeValueBatches(3))),

        // Words in a table of their own.
        MpmcScenario.Of("mpmc-side", MpmcSetting.Side(4) with { StartPosition = 7 },
            Producer("producer 1", A, p => p.Write(9)), Producer("producer 2", B, p => p.Write(60)),
            Consumer("consumer", C, c => c.Lease())),
        MpmcScenario.Of("mpmc-side-laps", MpmcSetting.Side(2) with { StartPosition = 7 },
            Producer("producer", A, p => p.Write(60, 130, 0, 240)), Consumer("consumer", B, c => c.Lease())),
        MpmcScenario.Of("mpmc-side-one-of-each", MpmcSetting.Side(1, oneProducer: true, oneConsumer: true) with { StartPosition = 7 },
            Producer("producer", OneProducer, p => p.Write(60, 130, 0, 240)), Consumer("consumer", OneConsumer, c => c.Lease())),
        MpmcScenario.Of("mpmc-side-one-producer", MpmcSetting.Side(2, oneProducer: true) with { StartPosition = 7 },
            Producer("producer", OneProducer, p => p.Write(130, 60)),
            Consumer("consumer 1", A, c => c.Lease(1)), Consumer("consumer 2", B, c => c.Lease(1))),
        MpmcScenario.Of("mpmc-side-one-consumer", MpmcSetting.Side(2, oneConsumer: true) with { StartPosition = 7 },
            Producer("producer 1", A, p => p.Write(130)), Producer("producer 2", B, p => p.Write(60)),
            Consumer("consumer", OneConsumer, c => c.Lease())),
        MpmcScenario.Of("mpmc-side-batches", MpmcSetting.Side(2) with { HasReturns = true, StartPosition = 6 },
            Producer("producer", A, p => p.WriteBatches(9, 60, 3, 60)), Consumer("consumer", B, c => c.LeaseBatches(3, unsettledOfFirst: 1))),
        MpmcScenario.Of("mpmc-side-claims", MpmcSetting.Side(2) with { StartPosition = 6 },
            Producer("producer", A, p =>
            {
                p.Claim(100);
                p.Claim(50);
                p.Claim(50);
                p.Commit(2, 3);
                p.Abort(1);
                p.Commit(0, 20);
            }),
            Consumer("consumer", B, c => c.LeaseSeveral(1, 0))),
        MpmcScenario.Of("mpmc-side-leases", MpmcSetting.Side(2) with { StartPosition = 6 },
            Producer("producer", A, p => p.Write(60, 3, 60, 0)),
            Consumer("consumer", B, c =>
            {
                c.LeaseSeveral(1, 0);
                c.Lease();
            })),
    ];
}
