using FsCheck;
using FsCheck.Fluent;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>A stream whose producer or consumer is killed now and then.</summary>
public sealed record KillCase
{
    internal int CapacityBytes { get; init; }

    internal SizeMix Sizes { get; init; }

    internal WriteMode Write { get; init; }

    internal ReadMode Read { get; init; }

    internal PaceKind Pace { get; init; }

    /// <summary>One entry a kill: which side, and how many milliseconds after the last.</summary>
    internal (bool Producer, int AfterMilliseconds)[] Kills { get; init; } = [];

    internal int Seed { get; init; }

    /// <summary>The case in one line, for the report of a failure.</summary>
    public override string ToString() =>
        $"capacity {CapacityBytes}, {Sizes}, {Write} → {Read}, {Pace}, seed {Seed}, kills: "
        + string.Join(", ", Kills.Select(static kill => $"{(kill.Producer ? "producer" : "consumer")} after {kill.AfterMilliseconds} ms"));
}

/// <summary>
/// SIGKILL of either side at random moments, and a successor at once. RINGSHM_SOAK_SECONDS draws more cases (see
/// <see cref="Soak"/>).
/// </summary>
public sealed class KillTests
{
    private const long MostDeliveries = 4_000_000;

    [ProcessProperty(10, Arbitrary = [typeof(KillCases)])]
    public void Whoever_is_killed_nothing_published_is_lost_and_only_flagged_messages_come_twice(KillCase kill)
    {
        using Scene scene = new(MostDeliveries);
        Create(scene, kill);
        MessageNumber number = kill.Write == WriteMode.Batch ? MessageNumber.InPayload : MessageNumber.InTag;
        string[] words = [.. Scene.StreamArguments(kill.Seed, kill.Sizes, number), $"pace={kill.Pace}", "standby=1"];
        DeliveryCheck check = new()
        {
            LargestHold = kill.Read == ReadMode.Batch ? ProduceBatch.Longest : 1,
            ConsumedUnlogged = kill.Read >= ReadMode.Typed8 ? ProduceBatch.Longest : 0,
        };
        Peer producer = StandBy(scene, "produce", kill.Write.ToString(), [.. words, "complete=1"]);
        Peer consumer = StandBy(scene, "consume", kill.Read.ToString(), words);
        Attach(producer);
        Attach(consumer);
        foreach ((bool killsProducer, int milliseconds) in kill.Kills)
        {
            Peer victim = killsProducer ? producer : consumer;
            Peer successor = killsProducer
                ? StandBy(scene, "produce", kill.Write.ToString(), [.. words, "complete=1"])
                : StandBy(scene, "consume", kill.Read.ToString(), words);
            Thread.Sleep(milliseconds);
            victim.Kill();
            if (killsProducer)
                check.ProducerDied(scene.Ledger);
            else
                check.ConsumerDied(scene.Ledger);
            // One attempt, without waiting: the role is free as soon as its holder is gone.
            Attach(successor);
            (producer, consumer) = killsProducer ? (successor, consumer) : (producer, successor);
        }

        long delivered = scene.Ledger.Delivered;
        Watchdog.Until(() => scene.Ledger.Delivered > delivered || consumer.HasExited, "the survivors making progress");
        scene.Ledger.IsStopped = true;
        Watchdog.UntilWithProgress(
            () => consumer.HasExited,
            () => scene.Ledger.Delivered,
            $"draining\n{producer.Description}{consumer.Description}");
        producer.ExpectSuccess();
        consumer.ExpectSuccess();
        check.Judge(scene.Ledger);
        scene.ExpectClean();
        RingInfo info = scene.Inspect();
        Assert.Equal(kill.Kills.Count(static kill => kill.Producer), info.ProducerTakeovers);
        Assert.Equal(kill.Kills.Count(static kill => !kill.Producer), info.ConsumerTakeovers);
        Assert.Equal(0, info.UsedBytes);
        Assert.Empty(info.Participants);
    }

    private static Peer StandBy(Scene scene, string command, string mode, string[] words)
    {
        Peer peer = scene.Start(command, [.. words, $"mode={mode}"]);
        _ = peer.Expect("standby");
        return peer;
    }

    private static void Attach(Peer peer)
    {
        peer.Go();
        _ = peer.Expect("attached");
    }

    private static void Create(Scene scene, KillCase kill)
    {
        switch (kill.Write)
        {
            case WriteMode.Typed8:
                _ = scene.CreateTypedRing<ulong>(kill.CapacityBytes);
                break;
            case WriteMode.Typed21:
                _ = scene.CreateTypedRing<Value21>(kill.CapacityBytes);
                break;
            case WriteMode.TypedBatch40:
                _ = scene.CreateTypedRing<Value40>(kill.CapacityBytes);
                break;
            default:
                _ = scene.CreateRing(kill.CapacityBytes);
                break;
        }
    }

    /// <summary>Draws the victims and the moments.</summary>
    public static class KillCases
    {
        /// <summary>The generator that FsCheck looks for.</summary>
        public static Arbitrary<KillCase> Kills() => Arb.From(
            from exponent in Gen.Choose(6, 18)
            from sizes in Gen.Elements(SizeMix.Empty, SizeMix.Tiny, SizeMix.Uniform, SizeMix.Extremes, SizeMix.Largest)
            from write in Gen.Elements(Enum.GetValues<WriteMode>())
            from read in write < WriteMode.Typed8
                ? Gen.Elements(ReadMode.Lease, ReadMode.Wait, ReadMode.Batch)
                : Gen.Constant(Enum.Parse<ReadMode>(write.ToString()))
            from pace in Gen.Elements(PaceKind.Bursts, PaceKind.Pauses, PaceKind.Slow)
            from kills in (from producer in Gen.Elements(true, false)
                           from milliseconds in Gen.Choose(0, 15)
                           select (producer, milliseconds)).ArrayOf(4)
            from seed in Gen.Choose(0, 1_000_000)
            select new KillCase
            {
                CapacityBytes = 1 << exponent,
                Sizes = sizes,
                Write = write,
                Read = read,
                Pace = pace,
                Kills = kills,
                Seed = seed,
            });
    }
}
