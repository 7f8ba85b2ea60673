using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>A participant killed at a known point: with an open claim, an open lease, a batch half handled, or nothing.</summary>
public sealed class HeldTests
{
    [Fact]
    public void A_claim_open_at_the_kill_never_appears_and_blocks_nobody()
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing(capacityBytes: 256);
        using SpscConsumer consumer = ring.AttachConsumer();
        Peer peer = scene.Start("hold", "role=producer", "hold=claim", "bytes=100");
        _ = peer.Expect("attached");
        peer.Kill();

        using SpscProducer successor = ring.AttachProducer();
        Assert.False(consumer.TryRead(out _));
        Assert.True(successor.TryWrite("next"u8, type: 5));
        Assert.True(consumer.TryRead(out Message message));
        Assert.Equal((5, 0L, false), (message.Type, message.Position, message.Redelivered));
        message.Dispose();
        Assert.False(consumer.TryRead(out _));
        Assert.Equal(1, ring.GetInfo().ProducerTakeovers);
        scene.ExpectClean();
    }

    [Fact]
    public void A_message_leased_at_the_kill_comes_again_flagged_and_the_rest_unflagged()
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Fill(ring, messages: 3);
        Peer peer = scene.Start("hold", "role=consumer", "hold=lease");
        _ = peer.Expect("attached");
        peer.Kill();

        Assert.Equal([(0, true), (1, false), (2, false)], Drain(ring));
        Assert.Equal(1, ring.GetInfo().ConsumerTakeovers);
        Assert.Equal(1, ring.GetInfo().MessagesRedelivered);
        scene.ExpectClean();
    }

    [Fact]
    public void What_a_batch_had_delivered_at_the_kill_comes_again_flagged_and_the_rest_unflagged()
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Fill(ring, messages: 6);
        Peer peer = scene.Start("hold", "role=consumer", "hold=batch", "count=4");
        _ = peer.Expect("attached");
        peer.Kill();

        Assert.Equal([(0, true), (1, true), (2, true), (3, true), (4, false), (5, false)], Drain(ring));
        scene.ExpectClean();
    }

    [Fact]
    public void The_flag_survives_a_second_kill_in_the_middle_of_the_redelivery()
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Fill(ring, messages: 6);
        foreach (string hold in new[] { "hold=batch", "hold=lease", "hold=nothing" })
        {
            Peer peer = scene.Start("hold", "role=consumer", hold, "count=4");
            _ = peer.Expect("attached");
            peer.Kill();
        }

        Assert.Equal([(0, true), (1, true), (2, true), (3, true), (4, false), (5, false)], Drain(ring));
        Assert.Equal(3, ring.GetInfo().ConsumerTakeovers);
    }

    [Fact]
    public void Leaving_in_good_order_is_no_takeover_and_flags_nothing()
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Fill(ring, messages: 2);
        Peer peer = scene.Start("hold", "role=consumer", "hold=lease");
        _ = peer.Expect("attached");
        peer.Go();
        _ = peer.Expect("done");
        peer.ExpectSuccess();

        Assert.Equal([(1, false)], Drain(ring));
        Assert.Equal(0, ring.GetInfo().ConsumerTakeovers);
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_live_holder_is_named_and_its_role_is_free_the_moment_it_is_dead(string role)
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Peer peer = scene.Start("hold", $"role={role}", "hold=nothing");
        Assert.Equal(peer.Id.ToString(CultureInfo.InvariantCulture), peer.Expect("attached"));
        Assert.Equal(peer.Id, Assert.Throws<RoleTakenException>(() => Roles.Attach(ring, role)).OwnerProcessId);
        Assert.True(Assert.Single(ring.GetInfo().Participants).IsAlive);

        peer.Kill();
        Assert.False(Assert.Single(ring.GetInfo().Participants).IsAlive);
        Roles.Attach(ring, role).Dispose();
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_stopped_holder_is_never_robbed_however_long_it_stands(string role)
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Peer peer = scene.Start("hold", $"role={role}", "hold=nothing");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);
        for (int attempt = 0; attempt < 50; attempt++)
        {
            Assert.Equal(peer.Id, Assert.Throws<RoleTakenException>(() => Roles.Attach(ring, role)).OwnerProcessId);
            Thread.Sleep(10);
        }

        ProcessControl.Resume(peer.Id);
        peer.Go();
        _ = peer.Expect("done");
        peer.ExpectSuccess();
        Roles.Attach(ring, role).Dispose();
        Assert.Equal(0, ring.GetInfo().ProducerTakeovers + ring.GetInfo().ConsumerTakeovers);
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_stopped_holder_that_is_then_killed_leaves_its_role_at_once(string role)
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Peer peer = scene.Start("hold", $"role={role}", "hold=nothing");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);
        peer.Kill();
        Roles.Attach(ring, role).Dispose();
    }

    private static void Fill(SpscRing ring, int messages)
    {
        using SpscProducer producer = ring.AttachProducer();
        for (int type = 0; type < messages; type++)
            Assert.True(producer.TryWrite("payload"u8, type));
    }

    private static List<(int Type, bool Redelivered)> Drain(SpscRing ring)
    {
        using SpscConsumer consumer = ring.AttachConsumer();
        List<(int, bool)> messages = [];
        while (consumer.TryRead(out Message message))
        {
            using (message)
                messages.Add((message.Type, message.Redelivered));
        }

        return messages;
    }
}
