using RingShm.Layout;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Spsc;

/// <summary>Somebody who takes part in an SPSC program.</summary>
/// <param name="Name">For traces.</param>
/// <param name="Row">The role's row, or -1.</param>
/// <param name="Entry">How it comes by its role.</param>
/// <param name="IsKillable">May be killed at each access.</param>
/// <param name="Body">What it does.</param>
internal sealed record Participant(string Name, int Row, Entry Entry, bool IsKillable, Action<SpscWorld, ModelThread, Entry> Body)
{
    /// <summary>A producer that does its steps and detaches.</summary>
    public static Participant Producer(string name, Entry entry, params Action<SpscProducer>[] steps) =>
        new(name, SpscLayout.ProducerRow, entry, false, (world, thread, how) => Produce(world, thread, how, steps, detaches: true));

    /// <summary>A producer that may be killed at each access, and that ends without detaching if it is not.</summary>
    public static Participant MortalProducer(string name, Entry entry, params Action<SpscProducer>[] steps) =>
        new(name, SpscLayout.ProducerRow, entry, true, (world, thread, how) => Produce(world, thread, how, steps, detaches: false));

    /// <summary>A producer that may be killed at each access, those of its detaching included.</summary>
    public static Participant MortalDetachingProducer(string name, Entry entry, params Action<SpscProducer>[] steps) =>
        new(name, SpscLayout.ProducerRow, entry, true, (world, thread, how) => Produce(world, thread, how, steps, detaches: true));

    public static Participant Consumer(string name, Entry entry, Action<SpscConsumer> consume) =>
        new(name, SpscLayout.ConsumerRow, entry, false, (world, thread, how) => Consume(world, thread, how, consume, detaches: true));

    public static Participant MortalConsumer(string name, Entry entry, Action<SpscConsumer> consume) =>
        new(name, SpscLayout.ConsumerRow, entry, true, (world, thread, how) => Consume(world, thread, how, consume, detaches: false));

    public static Participant MortalDetachingConsumer(string name, Entry entry, Action<SpscConsumer> consume) =>
        new(name, SpscLayout.ConsumerRow, entry, true, (world, thread, how) => Consume(world, thread, how, consume, detaches: true));

    /// <summary>A process without a role that ends the ring.</summary>
    public static Participant Completer(string name) =>
        new(name, -1, Entry.Attaches, false, (world, thread, _) => new SpscProducer(world, thread).Complete());

    private static void Produce(SpscWorld world, ModelThread thread, Entry entry, Action<SpscProducer>[] steps, bool detaches)
    {
        SpscProducer producer = new(world, thread);
        if (!producer.Enter(entry))
            return;
        try
        {
            foreach (Action<SpscProducer> step in steps)
                step(producer);
        }
        catch (RingCompletedException)
        {
            world.RefusedAsCompleted(thread);
        }

        if (detaches)
            producer.Detach();
    }

    private static void Consume(SpscWorld world, ModelThread thread, Entry entry, Action<SpscConsumer> consume, bool detaches)
    {
        SpscConsumer consumer = new(world, thread);
        if (!consumer.Enter(entry))
            return;
        consume(consumer);
        if (detaches)
            consumer.Detach();
    }
}

/// <summary>How a participant comes by its role.</summary>
internal enum Entry
{
    /// <summary>It has it from the start of the program.</summary>
    Attached,

    /// <summary>It attaches as the program runs, whenever it likes.</summary>
    Attaches,

    /// <summary>It attaches once the participant before it in the same role has ended; attempts before that are left out.</summary>
    Succeeds,

    /// <summary>It attaches once anything has happened to the row or its owner, in competition with others who do.</summary>
    Contends,
}

/// <summary>Makes a program of participants.</summary>
internal static unsafe class SpscScenario
{
    public static ModelProgram Of(string name, SpscSetting setting, params Participant[] participants) => Of(name, setting, 0, participants);

    public static ModelProgram Of(string name, SpscSetting setting, int kills, params Participant[] participants) =>
        new(name, setting.Geometry.TotalBytes, execution =>
        {
            SpscWorld world = new(execution, setting);
            foreach (Participant participant in participants)
                world.Add(participant);
            world.Seat(participants);
            return world.CheckEnd;
        })
        {
            Kills = kills,
        };
}
