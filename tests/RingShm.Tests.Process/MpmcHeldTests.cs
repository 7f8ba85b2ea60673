using System.Diagnostics;
using System.Globalization;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// MPMC participants that are killed with something in their hands: survivors go on as soon as they meet it. No time is asserted;
/// how long it took is written down.
/// </summary>
public sealed class MpmcHeldTests
{
    private static RingOptions Small => new() { CapacityBytes = 512, MaxMessageBytes = 40 };

    [Theory]
    [InlineData("claim", 1)]
    [InlineData("twoclaims", 2)]
    public void Claims_open_at_the_kill_never_appear_and_hold_nobody_up(string hold, int claims)
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Peer peer = scene.Start("mpmc-hold", "role=producer", $"hold={hold}", "bytes=30");
        _ = peer.Expect("attached");
        Write(producer, types: 3);
        Assert.False(consumer.TryRead(out _), "A message passed an open claim.");
        peer.Kill();

        long start = Stopwatch.GetTimestamp();
        List<(int Type, bool Redelivered)> got = [];
        Watchdog.Until(
            () =>
            {
                got.AddRange(Drain(consumer));
                return got.Count > 0;
            },
            "the first message behind a dead producer's claims");
        LogRecovery(start);
        Watchdog.Until(
            () =>
            {
                got.AddRange(Drain(consumer));
                return got.Count == 3;
            },
            "the others");
        Assert.Equal([(0, false), (1, false), (2, false)], got);
        Assert.Equal(claims, ring.GetInfo().ClaimsRecovered);
        scene.ExpectClean();
        // A marked claim is mended by way of its row, which is free then already.
        ring.Recover();
        Assert.Equal(1, ring.GetInfo().ParticipantsRecovered);
        Assert.Equal(2, ring.GetInfo().Participants.Count);
        scene.ExpectClean();
    }

    [Theory]
    [InlineData("lease", 1)]
    [InlineData("twoleases", 2)]
    [InlineData("batch", 3)]
    public void What_was_leased_at_the_kill_comes_again_flagged_and_the_rest_unflagged(string hold, int leased)
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Write(producer, types: 5);
        Peer peer = scene.Start("mpmc-hold", "role=consumer", $"hold={hold}", "count=3");
        _ = peer.Expect("attached");
        peer.Kill();

        long start = Stopwatch.GetTimestamp();
        List<(int Type, bool Redelivered)> got = [];
        Watchdog.Until(
            () =>
            {
                got.AddRange(Drain(consumer));
                return got.Count == 5;
            },
            "all messages, a dead consumer's among them");
        LogRecovery(start);
        got.Sort();
        Assert.Equal(Enumerable.Range(0, 5).Select(type => (type, type < leased)), got);
        Assert.Equal(leased, ring.GetInfo().LeasesRecovered);
        Assert.Equal(leased, ring.GetInfo().MessagesRedelivered);
        scene.ExpectClean();
    }

    [Fact]
    public void In_a_ring_that_drops_what_was_leased_at_the_kill_is_counted_and_gone()
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(
            new RingOptions { CapacityBytes = 512, MaxMessageBytes = 40, DeadConsumers = DeadConsumerPolicy.Drop });
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Write(producer, types: 5);
        Peer peer = scene.Start("mpmc-hold", "role=consumer", "hold=twoleases");
        _ = peer.Expect("attached");
        peer.Kill();
        List<(int Type, bool Redelivered)> got = [];
        Watchdog.Until(
            () =>
            {
                got.AddRange(Drain(consumer));
                return ring.GetInfo().MessagesDropped == 2;
            },
            "the dead consumer's messages being dropped");
        Assert.Equal([(2, false), (3, false), (4, false)], got);
        Assert.Equal(0, ring.GetInfo().LeasesRecovered);
        ExpectRoomFor(producer, messages: 8);
        scene.ExpectClean();
    }

    [Fact]
    public void A_producer_frees_what_a_dead_consumer_held_when_it_comes_round_to_it()
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(
            new RingOptions { CapacityBytes = 512, MaxMessageBytes = 40, DeadConsumers = DeadConsumerPolicy.Drop });
        using MpmcProducer producer = ring.AttachProducer();
        Write(producer, types: 3);
        Peer peer = scene.Start("mpmc-hold", "role=consumer", "hold=twoleases");
        _ = peer.Expect("attached");
        peer.Kill();
        // Eight slots, three written: no consumer is there, and two of the three come free.
        long start = Stopwatch.GetTimestamp();
        int written = 0;
        Watchdog.Until(() => (written += producer.TryWrite("more"u8, type: 9) ? 1 : 0) == 7, "room where a dead consumer had leases");
        LogRecovery(start);
        Assert.False(producer.TryWrite("more"u8, type: 9));
        Assert.Equal(2, ring.GetInfo().MessagesDropped);
        scene.ExpectClean();
    }

    [Fact]
    public void A_dead_consumers_batch_of_which_one_message_was_recovered_and_read_still_holds_the_others()
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Write(producer, types: 5);
        Peer peer = scene.Start("mpmc-hold", "role=consumer", "hold=batch", "count=3");
        _ = peer.Expect("attached");
        Assert.Equal([(3, false), (4, false)], Drain(consumer));
        peer.Kill();

        // The producer comes round to the first message of the batch, and gives back that one.
        int written = 0;
        Watchdog.Until(
            () =>
            {
                written += producer.TryWrite("more"u8, type: 5 + written) ? 1 : 0;
                return ring.GetInfo().LeasesRecovered == 1;
            },
            "the producer meeting the dead consumer's first message");
        Assert.Equal(3, written);
        Assert.True(consumer.TryRead(out Message first));
        using (first)
            Assert.Equal((0, true), (first.Type, first.Redelivered));
        // Now the batch begins with a message that is released. The others are not forgotten.
        Assert.Equal(new RingRecovery(scene.Name, 1, 0, 0, 2, 0), ring.Recover());
        List<(int Type, bool Redelivered)> got = Drain(consumer);
        got.Sort();
        Assert.Equal(Enumerable.Range(1, 7).Where(static type => type is not (3 or 4)).Select(static type => (type, type < 3)), got);
        scene.ExpectClean();
    }

    [Fact]
    public void The_flag_survives_a_second_and_a_third_kill()
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        Write(producer, types: 4);
        foreach (string hold in new[] { "hold=twoleases", "hold=lease", "hold=nothing" })
        {
            Peer peer = scene.Start("mpmc-hold", "role=consumer", hold);
            _ = peer.Expect("attached");
            peer.Kill();
            _ = ring.Recover();
        }

        using MpmcConsumer consumer = ring.AttachConsumer();
        List<(int Type, bool Redelivered)> got = Drain(consumer);
        got.Sort();
        Assert.Equal([(0, true), (1, true), (2, false), (3, false)], got);
        Assert.Equal(3, ring.GetInfo().LeasesRecovered);
        scene.ExpectClean();
    }

    [Fact]
    public void Leaving_in_good_order_flags_nothing_and_leaves_nothing_to_recover()
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Write(producer, types: 3);
        Peer lessee = scene.Start("mpmc-hold", "role=consumer", "hold=twoleases");
        _ = lessee.Expect("attached");
        Peer claimer = scene.Start("mpmc-hold", "role=producer", "hold=twoclaims", "bytes=30");
        _ = claimer.Expect("attached");
        Finish(lessee);
        Finish(claimer);
        Assert.Equal([(2, false), (MpmcHoldCommand.FirstType, false), (MpmcHoldCommand.FirstType + 1, false)], Drain(consumer));
        Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
        scene.ExpectClean();
    }

    [Fact]
    public void The_last_row_is_refused_while_its_owner_lives_and_given_to_a_newcomer_when_it_is_dead()
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(new RingOptions { CapacityBytes = 512, MaxMessageBytes = 40, MaxParticipants = 1 });
        Peer peer = scene.Start("mpmc-hold", "role=producer", "hold=claim", "bytes=30");
        _ = peer.Expect("attached");
        Assert.Throws<ParticipantLimitException>(ring.AttachConsumer);
        ProcessControl.Suspend(peer.Id);
        Assert.Throws<ParticipantLimitException>(ring.AttachConsumer);
        peer.Kill();
        // It sweeps the dead producer's claim before it takes its row.
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.Equal(1, ring.GetInfo().ClaimsRecovered);
        Assert.Equal(1, ring.GetInfo().ParticipantsRecovered);
        scene.ExpectClean();
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_single_sides_live_holder_is_named_and_its_role_is_free_the_moment_it_is_dead(string role)
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(new RingOptions
        {
            CapacityBytes = 512, MaxMessageBytes = 40, Producers = Cardinality.One, Consumers = Cardinality.One,
        });
        Peer peer = scene.Start("mpmc-hold", $"role={role}", "hold=nothing");
        _ = peer.Expect("attached");
        Assert.Equal(peer.Id, Assert.Throws<RoleTakenException>(() => Roles.Attach(ring, role)).OwnerProcessId);
        ProcessControl.Suspend(peer.Id);
        Assert.Equal(peer.Id, Assert.Throws<RoleTakenException>(() => Roles.Attach(ring, role)).OwnerProcessId);
        peer.Kill();
        Roles.Attach(ring, role).Dispose();
        Assert.Equal(1, ring.GetInfo().ParticipantsRecovered);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.Namespaces)]
    public void In_another_pid_namespace_the_living_are_not_robbed_and_the_dead_are_recovered()
    {
        string[] unshare = StrangerTests.RequireNamespaces();
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        Write(producer, types: 2);
        Peer claimer = scene.Start("mpmc-hold", "role=producer", "hold=claim", "bytes=30");
        _ = claimer.Expect("attached");
        Peer lessee = scene.StartThrough(
            unshare[0], [.. unshare[1..], "sh", "-c", "exec \"$0\" \"$@\""], "mpmc-hold", "role=consumer", "hold=lease");
        int innerId = int.Parse(lessee.Expect("attached"), CultureInfo.InvariantCulture);
        Assert.True(innerId != lessee.Id, "The holder is in no namespace of its own.");
        // From within another namespace, and from here: both live.
        Assert.Equal("0 rows, 0 claims, 0 leases, 0 waiting", RecoverInside(scene, unshare));
        Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
        claimer.Kill();
        Assert.Equal("1 rows, 1 claims, 0 leases, 0 waiting", RecoverInside(scene, unshare));
        lessee.Kill();
        // Killing unshare takes its namespace along, a moment later.
        Watchdog.Until(() => ring.Recover().LeasesRecovered == 1, "the end of the namespace");
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.Equal([(0, true), (1, false)], Drain(consumer));
        scene.ExpectClean();
    }

    internal static void Write(MpmcProducer producer, int types)
    {
        for (int type = 0; type < types; type++)
            Assert.True(producer.TryWrite("payload"u8, type));
    }

    internal static List<(int Type, bool Redelivered)> Drain(MpmcConsumer consumer)
    {
        List<(int, bool)> messages = [];
        while (consumer.TryRead(out Message message))
        {
            using (message)
                messages.Add((message.Type, message.Redelivered));
        }

        return messages;
    }

    internal static void Finish(Peer peer)
    {
        peer.Go();
        _ = peer.Expect("done");
        peer.ExpectSuccess();
    }

    private static string RecoverInside(Scene scene, string[] unshare)
    {
        Peer inside = scene.StartThrough(unshare[0], unshare[1..], "mpmc-recover");
        string found = inside.Expect("recovered");
        inside.ExpectSuccess();
        return found;
    }

    private static void ExpectRoomFor(MpmcProducer producer, int messages)
    {
        for (int i = 0; i < messages; i++)
            Assert.True(producer.TryWrite("more"u8));
        Assert.False(producer.TryWrite("more"u8));
    }

    private static void LogRecovery(long start) => TestContext.Current.TestOutputHelper?.WriteLine(
        $"recovered {Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture)} ms after the kill was over");
}
