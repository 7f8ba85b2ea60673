using System.Globalization;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// MPMC participants that are stopped with something in their hands: nothing is taken from them, however long they stand, and what
/// the others can and cannot do meanwhile is what the documentation says.
/// </summary>
public sealed class MpmcSuspendTests
{
    /// <summary>Eight slots.</summary>
    private static RingOptions Small => new() { CapacityBytes = 512, MaxMessageBytes = 40 };

    [Theory]
    [InlineData("claim", 1)]
    [InlineData("twoclaims", 2)]
    public void A_stopped_producers_claims_hold_up_consumers_but_not_producers_and_stay_its_own(string hold, int claims)
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.True(producer.TryWrite("before"u8, type: 1));
        Peer peer = scene.Start("mpmc-hold", "role=producer", $"hold={hold}", "bytes=30");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);

        // Other producers go on until the ring is full.
        for (int type = 2; type < 9 - claims; type++)
            Assert.True(producer.TryWrite("behind"u8, type));
        Assert.False(producer.TryWrite("behind"u8, type: 99));
        // What was claimed before it is delivered; what lies behind it waits, in the order of the claims.
        Assert.Equal([(1, false)], MpmcHeldTests.Drain(consumer));
        for (int attempt = 0; attempt < 50; attempt++)
        {
            Assert.False(consumer.TryRead(out _), "A stopped producer was robbed of its claim.");
            Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
            Thread.Sleep(5);
        }

        // The slot that came free is written, and then the ring is full again.
        Assert.True(producer.TryWrite("behind"u8, type: 9 - claims));
        Assert.False(producer.TryWrite("behind"u8, type: 99));
        scene.ExpectClean();

        ProcessControl.Resume(peer.Id);
        MpmcHeldTests.Finish(peer);
        List<(int Type, bool Redelivered)> expected = [.. Enumerable.Range(MpmcHoldCommand.FirstType, claims).Select(static type => (type, false))];
        expected.AddRange(Enumerable.Range(2, 8 - claims).Select(static type => (type, false)));
        Assert.Equal(expected, MpmcHeldTests.Drain(consumer));
        Assert.Equal(0, ring.GetInfo().ClaimsRecovered);
        scene.ExpectClean();
    }

    [Theory]
    [InlineData("lease", 1)]
    [InlineData("twoleases", 2)]
    [InlineData("batch", 3)]
    public void A_stopped_consumers_leases_hold_up_producers_only_when_they_come_round_and_stay_its_own(string hold, int leased)
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        MpmcHeldTests.Write(producer, types: 3);
        Peer peer = scene.Start("mpmc-hold", "role=consumer", $"hold={hold}", "count=3");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);

        // The others go on with what lies behind the leases, until the producers have come round to them.
        Assert.Equal(Enumerable.Range(leased, 3 - leased).Select(static type => (type, false)), MpmcHeldTests.Drain(consumer));
        for (int type = 3; type < 8; type++)
        {
            Assert.True(producer.TryWrite("more"u8, type));
            Assert.Equal([(type, false)], MpmcHeldTests.Drain(consumer));
        }

        for (int attempt = 0; attempt < 50; attempt++)
        {
            Assert.False(producer.TryWrite("more"u8, type: 99), "A stopped consumer's lease was overwritten.");
            Assert.False(consumer.TryRead(out _), "A stopped consumer was robbed of its message.");
            Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
            Thread.Sleep(5);
        }

        scene.ExpectClean();
        ProcessControl.Resume(peer.Id);
        MpmcHeldTests.Finish(peer);
        for (int type = 8; type < 16; type++)
            Assert.True(producer.TryWrite("more"u8, type));
        Assert.Equal(Enumerable.Range(8, 8).Select(static type => (type, false)), MpmcHeldTests.Drain(consumer));
        Assert.Equal(0, ring.GetInfo().LeasesRecovered);
        scene.ExpectClean();
    }

    [Theory]
    [InlineData("producer", "twoclaims")]
    [InlineData("consumer", "twoleases")]
    public void Stopped_and_then_killed_it_holds_nobody_up(string role, string hold)
    {
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(Small);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        MpmcHeldTests.Write(producer, types: role == "consumer" ? 2 : 0);
        Peer peer = scene.Start("mpmc-hold", $"role={role}", $"hold={hold}", "bytes=30");
        _ = peer.Expect("attached");
        ProcessControl.Suspend(peer.Id);
        Assert.True(producer.TryWrite("behind"u8, type: 7));
        peer.Kill();
        List<(int Type, bool Redelivered)> got = [];
        int expected = role == "consumer" ? 3 : 1;
        Watchdog.Until(
            () =>
            {
                got.AddRange(MpmcHeldTests.Drain(consumer));
                return got.Count == expected;
            },
            $"{expected.ToString(CultureInfo.InvariantCulture)} messages");
        Assert.Contains((7, false), got);
        Assert.Equal(expected - 1, got.Count(static message => message.Redelivered));
        scene.ExpectClean();
    }

    /// <summary>
    /// The one case in which a stopped participant that holds nothing delays others: it was stopped between saying which place it
    /// wants and knowing whether it has it, another got the place and died there. Nobody can tell whose it is until it runs.
    /// </summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    public void A_producer_stopped_in_the_middle_of_an_attempt_delays_the_recovery_of_that_place_until_it_runs()
    {
        int delays = 0;
        bool isOver = false;
        for (int k = 1; !isOver; k++)
        {
            using Scene scene = new(100);
            using Ledger taken = Ledger.Create(scene.PathBeside("taken"), 100);
            MpmcRing ring = scene.CreateMpmcRing(Small);
            using MpmcProducer producer = ring.AttachProducer();
            using MpmcConsumer consumer = ring.AttachConsumer();
            Peer stopped = scene.Start(
                "mpmc-die", $"operation={MpmcKill.Write}", $"at={k.ToString(CultureInfo.InvariantCulture)}", "stop=1", "id=2",
                $"log={scene.LedgerPath}", $"taken={scene.PathBeside("taken")}");
            Watchdog.Until(() => stopped.HasExited || ProcessControl.StateOf(stopped.Id) == 'T', "the process stopping");
            isOver = stopped.HasExited;
            Peer winner = scene.Start("mpmc-hold", "role=producer", "hold=claim", "bytes=30");
            _ = winner.Expect("attached");
            winner.Kill();
            Assert.True(producer.TryWrite("behind"u8, type: 7));
            if (ring.Recover().RowsWaiting > 0)
            {
                delays++;
                Assert.False(consumer.TryRead(out _), "A place was recovered that a stopped producer may own.");
                scene.ExpectClean();
            }

            if (!isOver)
                ProcessControl.Resume(stopped.Id);
            _ = stopped.WaitForExit();
            List<(int Type, bool Redelivered)> got = [];
            Watchdog.Until(
                () =>
                {
                    got.AddRange(MpmcHeldTests.Drain(consumer));
                    return got.Count == 2;
                },
                "both messages");
            Assert.Equal([(2, false), (7, false)], got.Order());
            Assert.Equal(0, ring.Recover().RowsWaiting);
            scene.ExpectClean();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{delays} of its accesses are such a place to stop");
        Assert.True(delays > 0, "It was never stopped in the middle of an attempt; nothing was shown.");
    }
}
