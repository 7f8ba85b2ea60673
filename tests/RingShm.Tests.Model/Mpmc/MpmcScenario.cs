using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>How a participant comes by its row.</summary>
internal enum MpmcEntryKind
{
    /// <summary>It has it from the start of the program.</summary>
    Seated,

    /// <summary>It has it from the start, and begins once the first participant of the program has ended, by dying or otherwise.</summary>
    Follows,

    /// <summary>It attaches as the program runs, whenever it likes.</summary>
    Attaches,

    /// <summary>It attaches once the first participant of the program has ended.</summary>
    Succeeds,
}

/// <summary>Somebody who takes part in an MPMC program.</summary>
/// <param name="Name">For traces.</param>
/// <param name="Row">The row that it has, or tries for; -1 for who needs none.</param>
/// <param name="Role">Producer or consumer.</param>
/// <param name="Entry">How it comes by its row.</param>
/// <param name="IsKillable">May be killed at each access.</param>
/// <param name="Prepare">What it has done before the program begins; returns what it does then.</param>
internal sealed record MpmcActor(
    string Name, int Row, ParticipantRole Role, MpmcEntryKind Entry, bool IsKillable, Func<MpmcWorld, ModelThread, Action> Prepare)
{
    /// <summary>A producer that does its steps and detaches.</summary>
    public static MpmcActor Producer(string name, int row, Action<MpmcWriter> work, MpmcEntryKind entry = MpmcEntryKind.Seated) =>
        new(name, row, ParticipantRole.Producer, entry, false, (world, me) => Write(world, me, row, work, entry, true));

    /// <summary>A producer that may be killed at each access, and that ends without detaching if it is not.</summary>
    public static MpmcActor MortalProducer(string name, int row, Action<MpmcWriter> work, MpmcEntryKind entry = MpmcEntryKind.Seated) =>
        new(name, row, ParticipantRole.Producer, entry, true, (world, me) => Write(world, me, row, work, entry, false));

    public static MpmcActor Consumer(string name, int row, Action<MpmcReader> work, MpmcEntryKind entry = MpmcEntryKind.Seated) =>
        new(name, row, ParticipantRole.Consumer, entry, false, (world, me) => Read(world, me, row, work, entry, true));

    public static MpmcActor MortalConsumer(string name, int row, Action<MpmcReader> work, MpmcEntryKind entry = MpmcEntryKind.Seated) =>
        new(name, row, ParticipantRole.Consumer, entry, true, (world, me) => Read(world, me, row, work, entry, false));

    /// <summary>A process without a row, such as one that ends the ring or recovers it.</summary>
    public static MpmcActor Visitor(string name, Action<MpmcWorld, ModelThread> visit, MpmcEntryKind entry = MpmcEntryKind.Attaches, bool isKillable = false) =>
        new(name, -1, ParticipantRole.None, entry, isKillable, (world, me) => () =>
        {
            me.OnStore = note =>
            {
                world.Observe(me, note);
                world.Bells?.Observe(me, note);
            };
            me.ClearPolls();
            visit(world, me);
        });

    private static Action Write(MpmcWorld world, ModelThread me, int row, Action<MpmcWriter> work, MpmcEntryKind entry, bool detaches)
    {
        MpmcWriter writer = new(world, me, row);
        bool isSeated = entry is MpmcEntryKind.Seated or MpmcEntryKind.Follows;
        if (isSeated)
            writer.Sit();
        return () =>
        {
            if (!writer.Enter(isSeated))
                return;
            try
            {
                work(writer);
            }
            catch (RingCompletedException)
            {
                world.RefusedAsCompleted(me);
            }

            if (detaches)
                writer.Detach();
        };
    }

    private static Action Read(MpmcWorld world, ModelThread me, int row, Action<MpmcReader> work, MpmcEntryKind entry, bool detaches)
    {
        MpmcReader reader = new(world, me, row);
        bool isSeated = entry is MpmcEntryKind.Seated or MpmcEntryKind.Follows;
        if (isSeated)
            reader.Sit();
        return () =>
        {
            if (!reader.Enter(isSeated))
                return;
            work(reader);
            if (detaches)
                reader.Detach();
        };
    }
}

/// <summary>Makes a program of actors.</summary>
internal static class MpmcScenario
{
    public static ModelProgram Of(string name, MpmcSetting setting, params MpmcActor[] actors) => Of(name, setting, 0, actors);

    public static ModelProgram Of(string name, MpmcSetting setting, int kills, params MpmcActor[] actors) =>
        new(name, setting.Geometry.TotalBytes, execution =>
        {
            MpmcWorld world = new(execution, setting);
            Seat(execution, world, actors);
            return world.CheckEnd;
        })
        {
            Kills = kills,
        };

    public static void Seat(Execution execution, MpmcWorld world, IReadOnlyList<MpmcActor> actors)
    {
        foreach (MpmcActor actor in actors)
        {
            Action body = static () => { };
            bool isLater = actor.Entry is MpmcEntryKind.Succeeds or MpmcEntryKind.Follows;
            ModelThread thread = execution.AddThread(actor.Name, _ => body(), actor.IsKillable);
            body = actor.Prepare(world, thread);
            if (actor.Entry is MpmcEntryKind.Seated or MpmcEntryKind.Follows)
                world.Seat(thread, actor.Row, actor.Role);
            if (isLater)
                execution.StartsWhenEnded(thread, execution.Threads[0]);
        }

        world.DeclareUnused(actors.Select(static actor => actor.Row).ToHashSet());
    }
}
