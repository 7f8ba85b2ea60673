using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using static RingShm.Tests.Model.Mpmc.MpmcActor;
using static RingShm.Tests.Model.Mpmc.MpmcEntryKind;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>
/// MPMC rings whose participants sleep on the ring's own words: each program with ringers that fence and with sleepers that fence for them.
/// </summary>
internal static class MpmcBellPrograms
{
    private const int A = 2;
    private const int B = 3;
    private const int C = 4;

    /// <summary>In place of a number of preemptions: too big to exhaust with any.</summary>
    private const int Sampled = -1;

    /// <summary>Loads whose value is compared and swapped next, or compared by the kernel.</summary>
    private static readonly FrozenSet<Edge> Swapped = FrozenSet.ToFrozenSet([Edge.W4, Edge.W6, Edge.W7]);

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        .. Both("one-message", MpmcSetting.Inline(2), 0, 3,
            Producer("producer", A, p => p.WriteValues(1)), Consumer("consumer", B, c => c.TakeValues(1))),
        .. Both("full", MpmcSetting.Inline(2) with { Prefilled = 2 }, 0, 3,
            Producer("producer", A, p => p.WriteValues(1)), Consumer("consumer", B, c => c.TakeValues(3))),
        .. Both("two-consumers", MpmcSetting.Inline(3), 0, 1,
            Producer("producer", A, p => p.WriteValues(2)),
            Consumer("consumer 1", B, c => c.TakeValues(1)), Consumer("consumer 2", C, c => c.TakeValues(1))),
        .. Both("batch-for-two", MpmcSetting.Inline(3), 0, 1,
            Producer("producer", A, p => p.WriteValueBatches(2)),
            Consumer("consumer 1", B, c => c.TakeValues(1)), Consumer("consumer 2", C, c => c.TakeValues(1))),
        .. Both("two-producers", MpmcSetting.Inline(3) with { Prefilled = 2 }, 0, 1,
            Producer("producer 1", A, p => p.WriteValues(1)), Producer("producer 2", B, p => p.WriteValues(1)),
            Consumer("consumer", C, c => c.Lease(4))),
        .. Both("returned", MpmcSetting.Inline(2) with { Prefilled = 1, HasReturns = true }, 0, 3,
            Consumer("consumer 1", A, c => c.LeaseBatches(1, unsettledOfFirst: 1, count: 1)), Consumer("consumer 2", B, c => c.Lease(1))),
        .. Both("killed-producer", Looking(MpmcSetting.Inline(2)), 1, 1,
            MortalProducer("producer", A, p => p.WriteValues(2)), Consumer("consumer", B, c => c.TakeValues(2))),
        .. Both("killed-consumer", Looking(MpmcSetting.Inline(2)) with { Prefilled = 2 }, 1, 2,
            MortalConsumer("consumer", A, c => c.TakeValues(2)), Producer("producer", B, p => p.WriteValues(1))),
        .. Both("killed-sleeper", Looking(MpmcSetting.Inline(2)), 1, 2,
            MortalConsumer("consumer", A, c => c.TakeValues(1)), Producer("producer", B, p => p.WriteValues(2))),
        .. Both("killed-one-of-two-sleepers", Looking(MpmcSetting.Inline(3)), 1, Sampled,
            MortalConsumer("consumer 1", A, c => c.TakeValues(1)), Consumer("consumer 2", B, c => c.TakeValues(2)),
            Producer("producer", C, p => p.WriteValues(2))),
        .. Both("recovered", Looking(MpmcSetting.Inline(2)) with { Prefilled = 1 }, 0, 1,
            MortalConsumer("consumer 1", A, c => c.LeaseAndKeep()), Consumer("consumer 2", B, c => c.Lease(1)),
            Visitor("recoverer", Recover, Succeeds)),
    ];

    private static MpmcSetting Looking(MpmcSetting setting) => setting with { LooksForTheDead = true };

    private static void Recover(MpmcWorld world, ModelThread me)
    {
        MpmcDeathPrograms.Recover(world, me);
        world.Bells!.RingBoth(me);
    }

    private static IEnumerable<ModelProgram> Both(string name, MpmcSetting setting, int kills, int preemptions, params MpmcActor[] actors)
    {
        yield return Of($"bell-mpmc-{name}-fence", setting, ringersFence: true, kills, preemptions, actors);
        yield return Of($"bell-mpmc-{name}-membarrier", setting, ringersFence: false, kills, preemptions, actors);
    }

    private static ModelProgram Of(string name, MpmcSetting setting, bool ringersFence, int kills, int preemptions, MpmcActor[] actors) =>
        new(name, setting.Geometry.TotalBytes, execution =>
        {
            MpmcWorld world = new(execution, setting) { Bells = new MpmcBells(execution, setting.Geometry, ringersFence) };
            MpmcScenario.Seat(execution, world, actors);
            return () =>
            {
                world.CheckEnd();
                world.Bells.Judge();
            };
        })
        {
            Kills = kills,
            FreshLoads = Swapped,
            Preemptions = preemptions == Sampled ? ModelProgram.Unbounded : preemptions,
            IsSampled = preemptions == Sampled,
        };
}
