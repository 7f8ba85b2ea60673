namespace RingShm.Load.Wake;

/// <summary>A process that sleeps in a ring until it is killed: one of the idle benchmark's.</summary>
internal static class IdleSleeper
{
    public const string Command = "sleep-idle";

    /// <summary>Printed when the rings are there and it is about to sleep.</summary>
    public const string Ready = "ready";

    private const int AwaitedRings = 1000;

    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    private static readonly RingOptions Small = new() { CapacityBytes = 4096 };

    private static readonly Dictionary<string, Action<string>> Sleeps = new(StringComparer.Ordinal)
    {
        ["SPSC Read"] = static name =>
        {
            using SpscRing ring = SpscRing.Create(name, Small);
            using SpscConsumer consumer = ring.AttachConsumer();
            Say();
            _ = consumer.Read(out _, Forever);
        },
        ["MPMC Read"] = static name =>
        {
            using MpmcRing ring = MpmcRing.Create(name, Small);
            using MpmcConsumer consumer = ring.AttachConsumer();
            Say();
            _ = consumer.Read(out _, Forever);
        },
        ["broadcast Read"] = static name =>
        {
            using BroadcastRing ring = BroadcastRing.Create(name, Small);
            using BroadcastReader reader = ring.AttachReader();
            Say();
            _ = reader.Read(out _, Forever);
        },
        ["cell WaitForChange"] = static name =>
        {
            using StateCell cell = StateCell.Create(name);
            using StateReader reader = cell.AttachReader();
            Say();
            _ = reader.WaitForChange(0, Forever);
        },
        ["SPSC Write, full"] = static name =>
        {
            using SpscRing ring = SpscRing.Create(name, Small);
            Fill(ring);
            using SpscProducer producer = ring.AttachProducer();
            Say();
            _ = producer.Write([1], Forever);
        },
        ["MPMC Write, full"] = static name =>
        {
            using MpmcRing ring = MpmcRing.Create(name, Small);
            using MpmcProducer producer = ring.AttachProducer();
            while (producer.TryWrite([1]))
            {
            }

            Say();
            _ = producer.Write([1], Forever);
        },
        ["SPSC ReadAsync"] = static name => Await(name, rings: 1),
        ["1,000 × SPSC ReadAsync"] = static name => Await(name, AwaitedRings),
    };

    public static IEnumerable<string> Kinds => Sleeps.Keys;

    public static int Run(string run, string kind)
    {
        Sleeps[kind]($"{run}-{Guid.NewGuid():N}");
        return 0;
    }

    public static void Fill(SpscRing ring)
    {
        using SpscProducer producer = ring.AttachProducer();
        while (producer.TryWrite([1]))
        {
        }
    }

    private static void Await(string name, int rings)
    {
        List<SpscRing> open = [.. Enumerable.Range(0, rings).Select(i => SpscRing.Create($"{name}-{i}", Small))];
        Task[] waits = [.. open.Select(static ring => ring.AttachConsumer().ReadAsync().AsTask())];
        Say();
        Task.WaitAll(waits);
    }

    private static void Say()
    {
        Console.WriteLine(Ready);
        Console.Out.Flush();
    }
}
