using System.Globalization;
using RingShm.Layout;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// A real SIGKILL in a real process at every access to shared memory that an operation makes: k = 1, 2, … until it completes.
/// After each, the survivors: the region verifies clean, both roles are taken over at once, every message that was certainly
/// published arrives, none that was not, and what had been delivered comes again only with the flag.
/// </summary>
public sealed class KillPointTests
{
    private const int CapacityBytes = 512;

    /// <summary>What the ring is like when the operation begins.</summary>
    public enum Before
    {
        /// <summary>A few messages behind, a few ahead.</summary>
        InTheMiddle,

        /// <summary>The next record to write, and the next to read, crosses the ring's end.</summary>
        AtTheWrap,

        /// <summary>Nothing was ever written.</summary>
        New,

        /// <summary>The role's last holder is dead and held two delivered messages.</summary>
        AfterADeath,
    }

    public static TheoryData<string, Before> Operations()
    {
        TheoryData<string, Before> data = [];
        foreach (KillOperation operation in Enum.GetValues<KillOperation>())
        {
            data.Add(operation.ToString(), Before.InTheMiddle);
            if (operation is KillOperation.Write or KillOperation.WriteBatch or KillOperation.Lease or KillOperation.Batch)
                data.Add(operation.ToString(), Before.AtTheWrap);
            if (operation is KillOperation.AttachProducer or KillOperation.AttachConsumer or KillOperation.Write)
                data.Add(operation.ToString(), Before.New);
            if (operation is KillOperation.AttachProducer or KillOperation.AttachConsumer or KillOperation.Lease or KillOperation.Batch)
                data.Add(operation.ToString(), Before.AfterADeath);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Killed_at_any_access_of_an_operation_it_loses_nothing_published_and_blocks_nobody(string operation, Before before)
    {
        KillOperation kind = Enum.Parse<KillOperation>(operation);
        int accesses = 0;
        for (int k = 1; ; k += Soak.Thin)
        {
            if (KillAt(kind, before, k))
                break;
            accesses = k;
        }

        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation} {before}: killed at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SectionsGoWithTheirCreator)]
    public void Killed_before_the_ready_word_a_region_does_not_exist_and_after_it_it_does()
    {
        foreach (int k in new[] { 1, 2 })
        {
            using Scene scene = new();
            Peer creator = scene.Start("publish", "capacity=4096", $"at={k.ToString(CultureInfo.InvariantCulture)}");
            Assert.NotEqual(0, creator.WaitForExit());
            using SpscRing ring = SpscRing.CreateOrOpen(
                scene.Name, new RingOptions { CapacityBytes = 4096, OpenTimeout = TimeSpan.Zero });
            Assert.Equal(k == 1, ring.CreatedNew);
            scene.ExpectClean();
        }
    }

    /// <summary>One process, one kill. True when the operation was over before it could die.</summary>
    private static bool KillAt(KillOperation operation, Before before, int k)
    {
        using Scene scene = new(1000);
        using KillPointRing ring = KillPointRing.Create(scene, CapacityBytes, isTyped: operation >= KillOperation.TypedWrite);
        DeliveryCheck check = new() { LargestHold = DieCommand.BatchMessages };
        Prepare(scene, ring, check, operation, before);
        long published = scene.Ledger.Published;
        Peer victim = scene.Start("die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}");
        Assert.NotEqual(0, victim.WaitForExit());
        bool survived = victim.HasSaid("survived");
        Assert.False(victim.HasSaid("bad"), victim.Description);

        scene.ExpectClean();
        check.ProducerDied(scene.Ledger);
        check.ConsumerDied(scene.Ledger);
        long attempted = scene.Ledger.Attempted;
        if (operation is KillOperation.Complete && survived)
            Assert.Throws<RingCompletedException>(() => ring.Write(1));
        else
            ring.Write(2);
        ring.Drain();
        scene.ExpectClean();
        check.Judge(scene.Ledger);
        if (operation is KillOperation.WriteBatch or KillOperation.TypedWriteBatch)
            ExpectAllOrNone(scene.Ledger, published, attempted);
        Assert.Equal(0, scene.Inspect().UsedBytes);
        Assert.Empty(scene.Inspect().Participants);
        return survived;
    }

    private static void Prepare(Scene scene, KillPointRing ring, DeliveryCheck check, KillOperation operation, Before before)
    {
        bool reads = operation is >= KillOperation.AttachConsumer and <= KillOperation.IsDrained
            or KillOperation.TypedRead or KillOperation.TypedReadBatch;
        switch (before)
        {
            case Before.InTheMiddle:
                ring.Write(4);
                ring.Read(2);
                ring.Write(reads ? 2 : 0);
                break;
            case Before.AtTheWrap:
                while (!ring.NextCrossesTheEnd())
                {
                    ring.Write(1);
                    ring.Read(1);
                }

                ring.Write(reads ? DieCommand.BatchMessages : 0);
                break;
            case Before.AfterADeath:
                ring.Write(4);
                ring.PretendDeath(SpscLayout.ProducerRow);
                // What a consumer leaves that dies in the middle of a batch, after the second message.
                ring.PretendDelivery(messages: 2);
                ring.PretendDeath(SpscLayout.ConsumerRow);
                check.ConsumerDied(scene.Ledger);
                break;
        }
    }

    private static void ExpectAllOrNone(Ledger ledger, long from, long to)
    {
        HashSet<long> seen = [.. Enumerable.Range(0, (int)ledger.Delivered).Select(i => ledger.Entry(i).Sequence)];
        int arrived = Enumerable.Range((int)from, (int)(to - from)).Count(sequence => seen.Contains(sequence));
        Assert.True(arrived == 0 || arrived == to - from, $"{arrived} of a batch of {to - from} arrived");
    }
}
