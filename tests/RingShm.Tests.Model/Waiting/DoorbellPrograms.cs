using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Waiting;

/// <summary>Sleeping and waking; each program with ringers that fence and with sleepers that fence for them.</summary>
internal static class DoorbellPrograms
{
    /// <summary>Loads whose value is compared and swapped next, or sends a sleeper to the kernel that compares it.</summary>
    private static readonly FrozenSet<Edge> Swapped = FrozenSet.ToFrozenSet([Edge.W4, Edge.W6, Edge.W7, DoorbellWorld.Take]);

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        .. Both("1x1", 1, 0, isBounded: false, static world =>
        {
            world.AddRinger(0, 2);
            world.AddSleeper(1);
        }),
        .. Both("1x2", 1, 0, isBounded: true, static world =>
        {
            world.AddRinger(0, 1);
            world.AddSleeper(1, atMost: 1);
            world.AddSleeper(2, atMost: 1);
        }),
        .. Both("1x2-batch", 1, 0, isBounded: true, static world =>
        {
            world.AddRinger(0, 2, batch: true);
            world.AddSleeper(1, atMost: 1);
            world.AddSleeper(2, atMost: 1);
        }),
        .. Both("2x1", 2, 0, isBounded: true, static world =>
        {
            world.AddRinger(0, 1);
            world.AddRinger(1, 1);
            world.AddSleeper(1);
        }),
        .. Both("2x1-again", 2, 0, isBounded: true, static world =>
        {
            world.AddRinger(0, 2);
            world.AddRinger(1, 1);
            world.AddSleeper(1);
        }),
        .. Both("quitter", 1, 0, isBounded: true, static world =>
        {
            world.AddRinger(0, 1);
            world.AddSleeper(1);
            world.AddQuitter(2);
        }),
        .. Both("interrupt", 1, 0, isBounded: false, static world =>
        {
            world.AddRinger(0, 2, interrupts: true);
            world.AddSleeper(1);
        }),
        .. Both("killed-sleeper", 1, 1, isBounded: true, static world =>
        {
            world.AddRinger(0, 1);
            world.AddSleeper(1, killable: true, atMost: 1);
            world.AddSleeper(2, atMost: 1);
        }),
        .. Both("killed-ringer", 2, 1, isBounded: true, static world =>
        {
            world.AddRinger(0, 1, killable: true);
            world.AddRinger(1, 1);
            world.AddSleeper(1);
        }),
    ];

    private static IEnumerable<ModelProgram> Both(string name, int ringers, int kills, bool isBounded, Action<DoorbellWorld> setup)
    {
        yield return Of($"doorbell-{name}-fence", ringers, ringersFence: true, kills, isBounded, setup);
        yield return Of($"doorbell-{name}-membarrier", ringers, ringersFence: false, kills, isBounded, setup);
    }

    /// <summary>With two participants everything is explored; with three, everything with up to three preemptions.</summary>
    private static ModelProgram Of(string name, int ringers, bool ringersFence, int kills, bool isBounded, Action<DoorbellWorld> setup) =>
        new(name, 4096, execution =>
        {
            DoorbellWorld world = new(execution, ringers, ringersFence);
            setup(world);
            return world.Judge;
        })
        {
            Kills = kills,
            FreshLoads = isBounded ? Swapped : FrozenSet<Edge>.Empty,
            Preemptions = isBounded ? 3 : ModelProgram.Unbounded,
        };
}
