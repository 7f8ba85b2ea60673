using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.State;

/// <summary>The state cell: validated reads, pinned reads that writers help, writers against each other, and deaths at every access.</summary>
internal static class StatePrograms
{
    /// <summary>Row 2 writes to buffer 3 first and then comes round to 0, which was current at the start.</summary>
    private const int Comer = 2;

    /// <summary>With these out of the game, the writers of rows 1 and 2 try for buffer 3 first, both.</summary>
    private static readonly int[] SameFirst = [1, 2];

    public static IReadOnlyList<ModelProgram> WithoutDeaths { get; } =
    [
        Of("state-read", 0, ModelProgram.Unbounded, static world =>
        {
            world.Add("writer", Comer, static me =>
            {
                me.Write(2);
                me.Write(3);
            });
            world.Add("reader", 0, static me => me.Read());
        }),
        Of("state-read-twice", 0, ModelProgram.Unbounded, static world =>
        {
            world.Add("writer", Comer, static me =>
            {
                me.Write(2);
                me.Write(3);
                me.Write(4);
            });
            world.Add("reader", 0, static me =>
            {
                me.Read();
                me.Read();
            });
        }),
        Of("state-pinned", 0, ModelProgram.Unbounded, static world =>
        {
            world.Add("writer", Comer, static me =>
            {
                me.Write(2);
                me.Write(3);
            });
            world.Add("reader", 0, static me => me.ReadPinned());
        }),
        Of("state-pinned-twice", 0, ModelProgram.Unbounded, static world =>
        {
            world.Add("writer", Comer, static me =>
            {
                me.Write(2);
                me.Write(3);
            });
            world.Add("reader", 0, static me =>
            {
                me.Read();
                me.ReadPinned();
                me.ReadPinned();
            });
        }),
        Of("state-two-writers", 0, ModelProgram.Unbounded, static world =>
        {
            world.Add("writer 1", Comer, static me => me.Write(2));
            world.Add("writer 2", 1, static me =>
            {
                me.Write(3);
                me.Read();
            });
        }, unusable: SameFirst),
        Of("state-updates", 0, ModelProgram.Unbounded, static world =>
        {
            world.Add("updater 1", Comer, static me => _ = me.TryIncrement() || me.TryIncrement());
            world.Add("updater 2", 1, static me => _ = me.TryIncrement() || me.TryIncrement());
        }, unusable: SameFirst),
        Of("state-two-helpers", 0, 3, static world =>
        {
            world.Add("writer 1", Comer, static me => me.Write(2));
            world.Add("writer 2", 1, static me => me.Write(3));
            world.Add("reader", 0, static me =>
            {
                me.Read();
                me.ReadPinned();
            });
        }, unusable: [4]),
        .. Both("state-intruder", 0, ModelProgram.Unbounded, static world =>
        {
            ModelThread writer = world.Add("writer", Comer, static me => me.Write(2));
            world.AddSuccessor("intruder", Comer, writer, static me => me.Read(), waits: false);
        }),
    ];

    public static IReadOnlyList<ModelProgram> WithDeaths { get; } =
    [
        .. Both("state-killed-writer", 1, ModelProgram.Unbounded, static world =>
        {
            ModelThread writer = world.Add("writer", Comer, static me => me.Write(2), killable: true);
            world.Add("survivor", 0, static me =>
            {
                me.Read();
                me.Write(3);
                me.Read();
            });
            world.AddSuccessor("successor", Comer, writer, static me => me.Read());
        }),
        .. Both("state-killed-reader", 1, 2, static world =>
        {
            ModelThread reader = world.Add("reader", 0, static me => me.ReadPinned(), killable: true);
            world.Add("writer", Comer, static me =>
            {
                me.Write(2);
                me.Write(3);
            });
            world.AddSuccessor("successor", 0, reader, static me => me.ReadPinned());
        }),
    ];

    private static IEnumerable<ModelProgram> Both(string name, int kills, int preemptions, Action<StateWorld> setup) =>
        [Of(name, kills, preemptions, setup), Of($"{name}-without-locks", kills, preemptions, setup, locks: false)];

    private static ModelProgram Of(string name, int kills, int preemptions, Action<StateWorld> setup, bool locks = true, int[]? unusable = null) =>
        new(name, StateWorld.Geometry.TotalBytes, execution =>
        {
            StateWorld world = new(execution, locks, kills, unusable ?? [1, 4]);
            setup(world);
            return world.Judge;
        })
        {
            Kills = kills,
            Preemptions = preemptions,
        };
}
