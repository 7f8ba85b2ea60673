using System.Globalization;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// A real SIGKILL, or a real SIGSTOP, in a real process at every access to shared memory that a broadcast operation makes: k = 1, 2, … until it completes.
/// The ring is full each time, so that writers have to move what is retained. After a kill the region is clean; who was there goes on for
/// three laps and has seen everything, or knows how much it lost; a newcomer gets a place and what is retained; nothing is left of the dead.
/// </summary>
public abstract class BroadcastKillPointTests
{
    /// <summary>How the ring was made.</summary>
    public enum Delivery
    {
        /// <summary>Words in a table, 16 granules.</summary>
        Reliable,

        /// <summary>Words in the slots, eight of them.</summary>
        Lossy,

        /// <summary>Words in the slots, eight of them.</summary>
        Evicting,
    }

    private static RingOptions Options(Delivery delivery) => new()
    {
        CapacityBytes = delivery == Delivery.Reliable ? 1024 : 512,
        MaxMessageBytes = delivery == Delivery.Reliable ? 248 : 40,
        // Three survivors, and at the most three dead.
        MaxParticipants = 6,
        Delivery = delivery == Delivery.Lossy ? BroadcastDelivery.Lossy : BroadcastDelivery.Reliable,
        SlowReaders = delivery == Delivery.Evicting ? SlowReaderPolicy.Evict : SlowReaderPolicy.Default,
    };

    private protected static void KillEverywhere(string operation, Delivery delivery)
    {
        int accesses = 0;
        for (int k = 1; !KillAt(operation, delivery, k); k += Soak.Thin)
            accesses = k;
        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation} {delivery}: killed at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    private protected static void StopEverywhere(string operation, Delivery delivery)
    {
        int accesses = 0;
        for (int k = 1; !StopAt(operation, delivery, k); k += Soak.Thin)
            accesses = k;
        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation} {delivery}: stopped at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    /// <summary>Those that a ring of this kind has.</summary>
    private protected static TheoryData<string> OperationsOf(Delivery delivery) =>
    [
        .. Enum.GetValues<BroadcastKill>()
            .Where(operation => operation != (delivery == Delivery.Reliable ? BroadcastKill.ReadOverwritten : BroadcastKill.WriterLooks))
            .Select(static operation => operation.ToString()),
    ];

    /// <summary>One process, one kill. True when the operation was over before it could die.</summary>
    private static bool KillAt(string operation, Delivery delivery, int k)
    {
        using Scene scene = new(1000);
        using BroadcastRing ring = scene.CreateBroadcastRing(Options(delivery));
        using BroadcastSurvivors survivors = Prepare(scene, delivery);
        Peer victim = scene.Start("broadcast-die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}");
        Assert.NotEqual(0, victim.WaitForExit());
        bool survived = victim.HasSaid("survived");
        Assert.False(victim.HasSaid("bad") || victim.HasSaid("failed"), victim.Description);
        scene.ExpectClean();
        string what = $"after {operation} was killed at access {k}";
        GoOn(survivors, ring);
        survivors.Judge(scene.Ledger, wasKilled: true, isReliable: delivery == Delivery.Reliable, what);
        ExpectNothingLeft(scene, ring, survivors);
        return survived;
    }

    /// <summary>Nothing is taken from one that is stopped, and it finishes as if nothing had been. True when the operation was over before.</summary>
    private static bool StopAt(string operation, Delivery delivery, int k)
    {
        using Scene scene = new(1000);
        using BroadcastRing ring = scene.CreateBroadcastRing(Options(delivery));
        using BroadcastSurvivors survivors = Prepare(scene, delivery);
        Peer stopped = scene.Start("broadcast-die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}", "stop=1");
        Watchdog.Until(() => stopped.HasExited || ProcessControl.StateOf(stopped.Id) == 'T', "the process stopping");
        bool isOver = stopped.HasExited;
        if (!isOver)
        {
            survivors.WriteWhatIsPossible(2);
            Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
            survivors.WriteWhatIsPossible(2);
            ProcessControl.Resume(stopped.Id);
        }

        Assert.NotEqual(0, stopped.WaitForExit());
        Assert.True(stopped.HasSaid("survived"), stopped.Description);
        scene.ExpectClean();
        GoOn(survivors, ring);
        survivors.Judge(scene.Ledger, wasKilled: false, isReliable: delivery == Delivery.Reliable, $"after {operation} was stopped at access {k}");
        ExpectNothingLeft(scene, ring, survivors);
        return isOver;
    }

    /// <summary>More than a lap, and then so many messages that the next one needs room that a slow reader has not read.</summary>
    private static BroadcastSurvivors Prepare(Scene scene, Delivery delivery)
    {
        BroadcastSurvivors survivors = new(scene.Name) { SlowReads = true };
        RingInfo info = scene.Inspect();
        while (scene.Inspect().ProducerPosition < 2 * info.CapacityBytes)
            survivors.Write(1);
        if (delivery == Delivery.Reliable)
            return survivors;
        survivors.SlowReads = false;
        long brink = info.CapacityBytes - (info.CapacityBytes / 16);
        while (scene.Inspect() is var now && now.ProducerPosition - now.ConsumerPosition < brink)
            survivors.Write(1);
        return survivors;
    }

    private static void GoOn(BroadcastSurvivors survivors, BroadcastRing ring)
    {
        long end = ring.GetInfo().ProducerPosition + (3 * ring.CapacityBytes);
        while (ring.GetInfo().ProducerPosition < end)
            survivors.Write(1);
    }

    private static void ExpectNothingLeft(Scene scene, BroadcastRing ring, BroadcastSurvivors survivors)
    {
        scene.ExpectClean();
        Assert.Equal(0, ring.Recover().RowsWaiting);
        Assert.All(ring.GetInfo().Participants, static participant => Assert.Equal(Environment.ProcessId, participant.ProcessId));
        survivors.Write(1);
        scene.ExpectClean();
    }
}

/// <summary>Where a live reader holds the writers.</summary>
public sealed class ReliableBroadcastKillPointTests : BroadcastKillPointTests
{
    public static TheoryData<string> All => OperationsOf(Delivery.Reliable);

    [Theory]
    [MemberData(nameof(All))]
    public void Killed_at_any_access_it_loses_nothing_published_and_holds_up_nobody(string operation) => KillEverywhere(operation, Delivery.Reliable);

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    [InlineData(nameof(BroadcastKill.Write))]
    [InlineData(nameof(BroadcastKill.TwoClaims))]
    [InlineData(nameof(BroadcastKill.AttachOldest))]
    [InlineData(nameof(BroadcastKill.ReadBatch))]
    public void Stopped_at_any_access_it_is_not_robbed(string operation) => StopEverywhere(operation, Delivery.Reliable);
}

/// <summary>Where writers wait for nobody, and who is lapped is told.</summary>
public sealed class LossyBroadcastKillPointTests : BroadcastKillPointTests
{
    public static TheoryData<string> All => OperationsOf(Delivery.Lossy);

    [Theory]
    [MemberData(nameof(All))]
    public void Killed_at_any_access_it_leaves_exact_numbers_and_holds_up_nobody(string operation) => KillEverywhere(operation, Delivery.Lossy);

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    [InlineData(nameof(BroadcastKill.Write))]
    [InlineData(nameof(BroadcastKill.WriteBatch))]
    [InlineData(nameof(BroadcastKill.ReadOverwritten))]
    public void Stopped_at_any_access_it_is_not_robbed(string operation) => StopEverywhere(operation, Delivery.Lossy);
}

/// <summary>Where writers go on without a reader that is a whole ring behind.</summary>
public sealed class EvictingBroadcastKillPointTests : BroadcastKillPointTests
{
    public static TheoryData<string> All => OperationsOf(Delivery.Evicting);

    [Theory]
    [MemberData(nameof(All))]
    public void Killed_at_any_access_it_loses_nothing_published_and_holds_up_nobody(string operation) => KillEverywhere(operation, Delivery.Evicting);

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    [InlineData(nameof(BroadcastKill.Write))]
    [InlineData(nameof(BroadcastKill.ReadOverwritten))]
    public void Stopped_at_any_access_it_is_not_robbed(string operation) => StopEverywhere(operation, Delivery.Evicting);
}
