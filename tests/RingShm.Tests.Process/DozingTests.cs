using RingShm.TestPeer.Waking;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// A sleeper that is killed stays announced until somebody rings. What it announced must not make others ask the kernel for ever: the
/// first ring takes it, and from then on nobody rings for nobody.
/// </summary>
public sealed class DozingTests
{
    private const int Operations = 200;

    public static TheoryData<RingKind, string, bool> Sleepers => new()
    {
        { RingKind.Spsc, "reader", false },
        { RingKind.Spsc, "reader", true },
        { RingKind.Spsc, "writer", false },
        { RingKind.Spsc, "writer", true },
        { RingKind.Mpmc, "reader", false },
        { RingKind.Mpmc, "reader", true },
        { RingKind.Mpmc, "writer", false },
        { RingKind.Mpmc, "writer", true },
        { RingKind.Broadcast, "reader", false },
        { RingKind.Broadcast, "reader", true },
        { RingKind.Broadcast, "writer", false },
        { RingKind.Broadcast, "writer", true },
        { RingKind.State, "reader", false },
        { RingKind.State, "reader", true },
    };

    [Theory]
    [MemberData(nameof(Sleepers))]
    public void A_killed_sleeper_costs_one_wake_however_much_is_done_afterwards(RingKind kind, string role, bool isAwaited)
    {
        bool reads = role == "reader";
        using Scene scene = new();
        using Subject subject = Subject.Create(kind, scene, isFull: !reads);
        using BellWatch bells = new(scene.Name, kind);
        Peer sleeper = scene.Start("doze", $"kind={kind}", $"role={role}", $"awaited={(isAwaited ? 1 : 0)}");
        Watchdog.Until(() => (reads ? bells.Readers : bells.Writers) == 1, "the sleeper's announcement");
        sleeper.Kill();
        Assert.Equal((1, 0u), (reads ? bells.Readers : bells.Writers, reads ? bells.DataRings : bells.SpaceRings));
        for (int i = 0; i < Operations; i++)
            subject.WriteAndRead();
        Assert.Equal((0, 1u), (reads ? bells.Readers : bells.Writers, reads ? bells.DataRings : bells.SpaceRings));
        scene.ExpectClean();
    }

    [Theory]
    [InlineData(RingKind.Mpmc)]
    [InlineData(RingKind.Broadcast)]
    [InlineData(RingKind.State)]
    public void Several_that_are_killed_cost_one_wake_together(RingKind kind)
    {
        using Scene scene = new();
        using Subject subject = Subject.Create(kind, scene, isFull: false);
        using BellWatch bells = new(scene.Name, kind);
        Peer[] sleepers = [.. Enumerable.Range(0, 3).Select(_ => scene.Start("doze", $"kind={kind}", "role=reader"))];
        Watchdog.Until(() => bells.Readers == sleepers.Length, "the sleepers' announcements");
        // Those that came first were told of those that came later.
        uint before = bells.DataRings;
        foreach (Peer sleeper in sleepers)
            sleeper.Kill();
        for (int i = 0; i < Operations; i++)
            subject.WriteAndRead();
        Assert.Equal((0, before + 1), (bells.Readers, bells.DataRings));
        scene.ExpectClean();
    }

    /// <summary>A ring, made empty or full, and somebody who writes and reads in it without ever sleeping.</summary>
    private sealed class Subject(Action writeAndRead, IDisposable[] handles) : IDisposable
    {
        private static readonly RingOptions Small = new() { CapacityBytes = 512, MaxMessageBytes = 40 };

        public static Subject Create(RingKind kind, Scene scene, bool isFull) => kind switch
        {
            RingKind.Spsc => OfSpsc(scene.CreateRing(512), isFull),
            RingKind.Mpmc => OfMpmc(scene.CreateMpmcRing(Small), isFull),
            RingKind.Broadcast => OfBroadcast(scene.CreateBroadcastRing(Small), isFull),
            _ => OfCell(scene.CreateStateCell(new RingOptions { MaxMessageBytes = 16 })),
        };

        public void WriteAndRead() => writeAndRead();

        public void Dispose()
        {
            foreach (IDisposable handle in handles)
                handle.Dispose();
        }

        /// <summary>The roles are exclusive: they are taken for each operation anew, beside the sleeper's or after its death.</summary>
        private static Subject OfSpsc(SpscRing ring, bool isFull)
        {
            if (isFull)
            {
                using SpscProducer filler = ring.AttachProducer();
                Fill(() => filler.TryWrite([0]));
            }

            return new Subject(
                () =>
                {
                    using SpscProducer producer = ring.AttachProducer();
                    using SpscConsumer consumer = ring.AttachConsumer();
                    if (isFull)
                        Assert.True(consumer.TryReadBatch(static (in Message _) => { }, 1) == 1);
                    Assert.True(producer.TryWrite([1]));
                    if (!isFull)
                        Assert.True(consumer.TryReadBatch(static (in Message _) => { }, 1) == 1);
                },
                []);
        }

        private static Subject OfMpmc(MpmcRing ring, bool isFull)
        {
            MpmcProducer producer = ring.AttachProducer();
            MpmcConsumer consumer = ring.AttachConsumer();
            if (isFull)
                Fill(() => producer.TryWrite([0]));
            return new Subject(
                () =>
                {
                    if (isFull)
                        Assert.True(consumer.TryReadBatch(static (in Message _) => { }, 1) == 1);
                    Assert.True(producer.TryWrite([1]));
                    if (!isFull)
                        Assert.True(consumer.TryReadBatch(static (in Message _) => { }, 1) == 1);
                },
                [producer, consumer]);
        }

        private static Subject OfBroadcast(BroadcastRing ring, bool isFull)
        {
            BroadcastReader reader = ring.AttachReader();
            BroadcastWriter writer = ring.AttachWriter();
            if (isFull)
                Fill(() => writer.TryWrite([0]));
            return new Subject(
                () =>
                {
                    if (isFull)
                        _ = reader.TryReadBatch(static (in Message _) => { }, int.MaxValue);
                    // The readers that were killed hold nobody: their death is found when there is no room.
                    Assert.True(writer.TryWrite([1]) || writer.Write([1], Watchdog.Limit));
                    _ = reader.TryReadBatch(static (in Message _) => { }, int.MaxValue);
                },
                [reader, writer]);
        }

        private static Subject OfCell(StateCell cell)
        {
            StateWriter writer = cell.AttachWriter();
            StateReader reader = cell.AttachReader();
            return new Subject(
                () =>
                {
                    _ = writer.Write([1]);
                    Assert.Equal([1], reader.Read(out _));
                },
                [writer, reader]);
        }

        private static void Fill(Func<bool> write)
        {
            while (write())
            {
                // Until it is full.
            }
        }
    }
}
