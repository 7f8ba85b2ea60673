using FsCheck;
using FsCheck.Fluent;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>What happens to one participant.</summary>
public enum Blow
{
    /// <summary>SIGKILL, and a successor at once.</summary>
    Replace,

    /// <summary>SIGKILL, and nobody instead; unless it was the last of its side.</summary>
    Remove,

    /// <summary>SIGSTOP, and SIGCONT a little later.</summary>
    Stop,
}

/// <summary>One ring, its participants, and what befalls them, as FsCheck draws it.</summary>
public sealed record MpmcCase
{
    internal int Producers { get; init; }

    internal int Consumers { get; init; }

    /// <summary>A side with one participant is declared single.</summary>
    internal bool DeclaresSingle { get; init; }

    internal bool Drops { get; init; }

    internal long CapacityBytes { get; init; }

    internal long MaxMessageBytes { get; init; }

    internal SizeMix Sizes { get; init; }

    internal MpmcWrite Write { get; init; }

    internal MpmcRead Read { get; init; }

    internal PaceKind ProducerPace { get; init; }

    internal PaceKind ConsumerPace { get; init; }

    /// <summary>Which participant (modulo how many there are), how, and how many milliseconds after the last.</summary>
    internal (int Victim, Blow Blow, int AfterMilliseconds)[] Blows { get; init; } = [];

    internal int Seed { get; init; }

    internal bool IsTyped => Write >= MpmcWrite.Typed;

    /// <summary>The case in one line, for the report of a failure.</summary>
    public override string ToString() =>
        $"{Producers} × {Consumers}{(DeclaresSingle ? " single" : "")}{(Drops ? " drop" : "")}, capacity {CapacityBytes}, max {MaxMessageBytes}, {Sizes}, "
        + $"{Write}/{ProducerPace} → {Read}/{ConsumerPace}, seed {Seed}: "
        + string.Join(", ", Blows.Select(static blow => $"{blow.Blow} {blow.Victim} after {blow.AfterMilliseconds} ms"));
}

/// <summary>
/// Many producers and consumers in as many processes, some of which are killed or stopped. RINGSHM_SOAK_SECONDS draws more
/// cases (see <see cref="Soak"/>).
/// </summary>
public sealed class MpmcTests
{
    private const long MostMessages = 4_000_000;

    [ProcessProperty(12, Arbitrary = [typeof(MpmcCases)])]
    public void Whoever_is_killed_or_stopped_every_message_arrives_and_only_flagged_ones_come_twice(MpmcCase drawn)
    {
        using Scene scene = new();
        Action complete = Create(scene, drawn);
        string[] words = Scene.StreamArguments(drawn.Seed, drawn.Sizes, MessageNumber.InPayload);
        using Crowd crowd = new(
            scene,
            [.. words, $"mode={drawn.Write}", $"pace={drawn.ProducerPace}"],
            [.. words, $"mode={drawn.Read}", $"pace={drawn.ConsumerPace}"],
            MostMessages);
        List<Crowd.Member> present =
            [.. Enumerable.Range(0, drawn.Producers + drawn.Consumers).Select(i => crowd.Start(isProducer: i < drawn.Producers))];
        present.ForEach(Crowd.AwaitStandby);
        present.ForEach(static member => member.Peer.Go());
        present.ForEach(Crowd.AwaitAttached);
        foreach ((int victim, Blow blow, int milliseconds) in drawn.Blows)
            Strike(crowd, present, present[victim % present.Count], blow, milliseconds);
        crowd.ExpectProgress();
        crowd.Finish(complete);

        scene.ExpectClean();
        RingRecovery recovery = Ring.Recover(scene.Name);
        Assert.Equal(0, recovery.RowsWaiting);
        scene.ExpectClean();
        RingInfo info = scene.Inspect();
        Assert.Empty(info.Participants);
        Assert.Equal(0, info.UsedBytes);
        Assert.Equal(0, Ring.Verify(scene.Name).MessagesInRing);
        MpmcDeliveryCheck check = new()
        {
            WritesInOrder = drawn.Write is MpmcWrite.Write or MpmcWrite.Batch && !drawn.Drops,
            ConsumedUnlogged = drawn.IsTyped ? MpmcProduceCommand.LongestBatch : 0,
            LargestHold = drawn.Read is MpmcRead.Lease or MpmcRead.Wait or MpmcRead.Typed ? 1
                : drawn.Read == MpmcRead.Leases ? 3 : MpmcProduceCommand.LongestBatch,
            SettlesInPart = drawn.Read == MpmcRead.Settle,
            MostDropped = info.MessagesDropped,
        };
        crowd.Report(check);
        check.Judge();
        Assert.True(check.Deliveries > 0, "Nothing was delivered; nothing was shown.");
        Assert.True(drawn.Drops || info.MessagesDropped == 0, $"{info.MessagesDropped} messages were dropped.");
    }

    private static void Strike(Crowd crowd, List<Crowd.Member> present, Crowd.Member victim, Blow blow, int milliseconds)
    {
        Crowd.Member? successor = null;
        if (blow == Blow.Replace || (blow == Blow.Remove && present.Count(member => member.IsProducer == victim.IsProducer) == 1))
        {
            successor = crowd.Start(victim.IsProducer);
            Crowd.AwaitStandby(successor);
        }

        Thread.Sleep(milliseconds);
        if (blow == Blow.Stop)
        {
            ProcessControl.Suspend(victim.Peer.Id);
            Thread.Sleep(milliseconds);
            ProcessControl.Resume(victim.Peer.Id);
            return;
        }

        Crowd.Kill(victim);
        present.Remove(victim);
        if (successor == null)
            return;
        successor.Peer.Go();
        Crowd.AwaitAttached(successor);
        present.Add(successor);
    }

    /// <summary>Makes the ring, with no more rows than participants: whoever comes later gets a dead one's.</summary>
    private static Action Create(Scene scene, MpmcCase drawn)
    {
        RingOptions options = new()
        {
            CapacityBytes = drawn.CapacityBytes,
            MaxMessageBytes = drawn.IsTyped ? 0 : drawn.MaxMessageBytes,
            Producers = drawn.DeclaresSingle && drawn.Producers == 1 ? Cardinality.One : Cardinality.Many,
            Consumers = drawn.DeclaresSingle && drawn.Consumers == 1 ? Cardinality.One : Cardinality.Many,
            DeadConsumers = drawn.Drops ? DeadConsumerPolicy.Drop : DeadConsumerPolicy.Redeliver,
            MaxParticipants = drawn.Producers + drawn.Consumers,
        };
        return drawn.IsTyped ? scene.CreateTypedMpmcRing<Value40>(options).Complete : scene.CreateMpmcRing(options).Complete;
    }

    /// <summary>Draws the rings, the participants and the blows.</summary>
    public static class MpmcCases
    {
        /// <summary>The largest message of the two smallest rings, and of larger ones in both layouts.</summary>
        private static readonly (long Capacity, long Max)[] s_shapes =
        [
            (64, 8), // two granules, words in the slots
            (256, 248), // four granules, words in a table
            (1024, 40), (1024, 600), (4096, 240), (4096, 1500), (1 << 16, 100), (1 << 16, 9000),
        ];

        /// <summary>
        /// The generator that FsCheck looks for. All of a case is drawn from one number: a composition of a dozen generators never
        /// ends under Wine.
        /// </summary>
        public static Arbitrary<MpmcCase> Cases() => Arb.From(Gen.Choose(0, int.MaxValue).Select(static seed => Draw(new Random(seed))));

        private static MpmcCase Draw(Random random)
        {
            (long capacity, long max) = Of(random, s_shapes);
            MpmcWrite write = Of(random, Enum.GetValues<MpmcWrite>());
            return new MpmcCase
            {
                Producers = random.Next(1, 7),
                Consumers = random.Next(1, 7),
                DeclaresSingle = Of(random, true, true, false),
                Drops = Of(random, false, false, false, true),
                CapacityBytes = capacity,
                MaxMessageBytes = max,
                Sizes = Of(random, SizeMix.Tiny, SizeMix.Uniform, SizeMix.Uniform, SizeMix.Extremes, SizeMix.Largest),
                Write = write,
                Read = write >= MpmcWrite.Typed
                    ? Of(random, MpmcRead.Typed, MpmcRead.TypedBatch)
                    : Of(random, MpmcRead.Lease, MpmcRead.Leases, MpmcRead.Wait, MpmcRead.Batch, MpmcRead.Settle),
                ProducerPace = Of(random, PaceKind.Bursts, PaceKind.Pauses, PaceKind.Slow),
                ConsumerPace = Of(random, Enum.GetValues<PaceKind>()),
                Blows =
                [
                    .. Enumerable.Range(0, 8).Select(_ => (random.Next(60), Of(random, Blow.Replace, Blow.Replace, Blow.Remove, Blow.Stop), random.Next(16))),
                ],
                Seed = random.Next(1_000_001),
            };
        }

        private static T Of<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
    }
}
