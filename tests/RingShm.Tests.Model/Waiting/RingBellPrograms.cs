using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Waiting;

/// <summary>
/// SPSC rings whose two sides sleep on the ring's own words: the order of the ring's publications and releases with the doorbells'
/// looks, with ringers that fence and with sleepers that fence for them.
/// </summary>
internal static class RingBellPrograms
{
    /// <summary>As in <see cref="DoorbellPrograms"/>: loads whose value is compared and swapped next, or compared by the kernel.</summary>
    private static readonly FrozenSet<Edge> Swapped = FrozenSet.ToFrozenSet([Edge.W4, Edge.W6, Edge.W7]);

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        .. Both("one-message", 0, static world =>
        {
            world.AddProducer(1);
            world.AddConsumer(1);
        }, isSmall: true),
        .. Both("full", 0, static world =>
        {
            world.AddProducer(2);
            world.AddConsumer(2);
        }),
        .. Both("killed-producer", 1, static world =>
        {
            world.AddProducer(2, killable: true);
            world.AddConsumer(2);
        }),
        .. Both("killed-consumer", 1, static world =>
        {
            world.AddProducer(2);
            world.AddConsumer(2, killable: true);
        }),
    ];

    /// <summary>
    /// Where ringers do not fence, their stores stay in flight for long and the schedules are too many: all with up to three
    /// preemptions.
    /// </summary>
    private static IEnumerable<ModelProgram> Both(string name, int kills, Action<RingBellWorld> setup, bool isSmall = false)
    {
        yield return Of($"bell-ring-{name}-fence", ringersFence: true, kills, ModelProgram.Unbounded, setup);
        yield return Of($"bell-ring-{name}-membarrier", ringersFence: false, kills, isSmall ? ModelProgram.Unbounded : 3, setup);
    }

    private static ModelProgram Of(string name, bool ringersFence, int kills, int preemptions, Action<RingBellWorld> setup) =>
        new(name, RingBellWorld.RegionBytes, execution =>
        {
            RingBellWorld world = new(execution, ringersFence);
            setup(world);
            return world.Judge;
        })
        {
            Kills = kills,
            FreshLoads = Swapped,
            Preemptions = preemptions,
        };
}
