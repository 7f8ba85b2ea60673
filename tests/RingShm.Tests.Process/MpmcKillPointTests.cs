using System.Globalization;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// A real SIGKILL in a real process at every access to shared memory that an MPMC operation makes: k = 1, 2, … until it completes.
/// After each, three survivors, each with the region as it was at the kill: one that was there before, one that comes and has to
/// sweep a dead row for its place, and one that comes after <see cref="Ring.Recover"/>. Each finds the region clean, writes,
/// reads to the end, and the notes of all show that nothing published was lost and nothing came twice without the flag.
/// </summary>
public abstract class MpmcKillPointTests
{
    private const int VictimId = 2;

    /// <summary>Where the words are, and so how many granules a message has.</summary>
    public enum Words
    {
        /// <summary>In the slots: one granule a message, eight granules.</summary>
        InSlots,

        /// <summary>In a table: one to four granules a message, 32 granules.</summary>
        InTable,
    }

    private static RingOptions Options(Words words) => new()
    {
        CapacityBytes = words == Words.InSlots ? 512 : 2048,
        MaxMessageBytes = words == Words.InSlots ? 40 : 248,
        // Two survivors, and at the most three dead.
        MaxParticipants = 5,
    };

    private protected static void KillEverywhere(MpmcKill operation, Words words)
    {
        int accesses = 0;
        for (int k = 1; !KillAt(operation, words, k); k += Soak.Thin)
            accesses = k;
        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation} {words}: killed at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    /// <summary>One process, one kill. True when the operation was over before it could die.</summary>
    private static bool KillAt(MpmcKill operation, Words words, int k)
    {
        bool isTyped = operation >= MpmcKill.TypedWrite;
        using Scene scene = new(1000);
        using Ledger taken = Ledger.Create(scene.PathBeside("taken"), 1000);
        if (isTyped)
            _ = scene.CreateTypedMpmcRing<Value40>(new RingOptions { CapacityBytes = 512, MaxParticipants = 5 });
        else
            _ = scene.CreateMpmcRing(Options(words));
        using MpmcSurvivors survivors = MpmcSurvivors.Attach(scene.Name, isTyped, id: 1);
        Prepare(survivors, operation, scene);
        Peer victim = scene.Start(
            "mpmc-die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}", $"id={VictimId}",
            $"log={scene.LedgerPath}", $"taken={scene.PathBeside("taken")}");
        if (operation == MpmcKill.ReturnAgain)
        {
            _ = victim.Expect("holding");
            survivors.DoWhatIsPossible();
            victim.Go();
        }

        Assert.NotEqual(0, victim.WaitForExit());
        bool survived = victim.HasSaid("survived");
        Assert.False(victim.HasSaid("bad"), victim.Description);

        scene.ExpectClean();
        string what = $"after {operation} was killed at access {k}";
        if (!OperatingSystem.IsWindows())
        {
            using Scene.Copy swept = scene.MakeCopy();
            using Scene.Copy recovered = scene.MakeCopy();
            JudgeNewcomers(swept.Name, survivors, isTyped, operation, scene.Ledger, taken, what + ", as newcomers");
            Assert.Equal(0, Ring.Recover(recovered.Name).RowsWaiting);
            Scene.ExpectClean(recovered.Name);
            JudgeNewcomers(recovered.Name, survivors, isTyped, operation, scene.Ledger, taken, what + " and the ring recovered");
        }

        survivors.Continue(2, what);
        scene.ExpectClean();
        MpmcDeliveryCheck check = CheckFor(operation, scene.Ledger, taken);
        survivors.ReportTo(check);
        check.Judge();
        survivors.Detach();
        ExpectNothingLeft(scene.Name);
        return survived;
    }

    /// <summary>
    /// Stops the process at each access instead, and lets others do what they can and recover what they may: they must not touch
    /// what is its own, so that it finishes as if nothing had been, and nothing comes twice.
    /// </summary>
    private protected static void StopEverywhere(MpmcKill operation, Words words)
    {
        int accesses = 0;
        for (int k = 1; !StopAt(operation, words, k); k += Soak.Thin)
            accesses = k;
        Assert.True(accesses > 0, "The operation makes no access; nothing was shown.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{operation} {words}: stopped at {(Soak.Thin == 1 ? "each" : $"every {Soak.Thin}th")} of {accesses} accesses");
    }

    /// <summary>True when the operation was over before it could stop.</summary>
    private static bool StopAt(MpmcKill operation, Words words, int k)
    {
        using Scene scene = new(1000);
        using Ledger taken = Ledger.Create(scene.PathBeside("taken"), 1000);
        MpmcRing ring = scene.CreateMpmcRing(Options(words));
        using MpmcSurvivors survivors = MpmcSurvivors.Attach(scene.Name, isTyped: false, id: 1);
        Prepare(survivors, operation, scene);
        Peer stopped = scene.Start(
            "mpmc-die", $"operation={operation}", $"at={k.ToString(CultureInfo.InvariantCulture)}", "stop=1", $"id={VictimId}",
            $"log={scene.LedgerPath}", $"taken={scene.PathBeside("taken")}");
        Watchdog.Until(() => stopped.HasExited || ProcessControl.StateOf(stopped.Id) == 'T', "the process stopping");
        bool isOver = stopped.HasExited;
        if (!isOver)
        {
            survivors.DoWhatIsPossible();
            Assert.Equal(new RingRecovery(scene.Name, 0, 0, 0, 0, 0), ring.Recover());
            survivors.DoWhatIsPossible();
            ProcessControl.Resume(stopped.Id);
        }

        _ = stopped.WaitForExit();
        Assert.True(stopped.HasSaid("survived"), stopped.Description);
        survivors.Continue(2, $"after {operation} was stopped at access {k}");
        MpmcDeliveryCheck check = CheckFor(operation, scene.Ledger, taken);
        survivors.ReportTo(check);
        check.Judge();
        Assert.Equal(0, check.Undecided);
        if (!check.SettlesInPart)
            Assert.Equal(0, check.FlaggedDeliveries);
        survivors.Detach();
        ExpectNothingLeft(scene.Name);
        return isOver;
    }

    private static void JudgeNewcomers(
        string name, MpmcSurvivors before, bool isTyped, MpmcKill operation, Ledger notes, Ledger taken, string what)
    {
        using MpmcSurvivors newcomers = MpmcSurvivors.Attach(name, isTyped, id: 3);
        newcomers.Continue(2, what);
        Scene.ExpectClean(name);
        MpmcDeliveryCheck check = CheckFor(operation, notes, taken);
        before.ReportTo(check);
        newcomers.ReportTo(check);
        check.Judge();
        newcomers.Detach();
        ExpectNothingLeft(name);
    }

    private static MpmcDeliveryCheck CheckFor(MpmcKill operation, Ledger notes, Ledger taken)
    {
        bool hasCorpses = operation is MpmcKill.ProducerLooks or MpmcKill.ConsumerLooks or MpmcKill.AttachProducerOverDead
            or MpmcKill.AttachConsumerOverDead or MpmcKill.Recover;
        MpmcDeliveryCheck check = new()
        {
            WritesInOrder = operation is MpmcKill.WriteBatch or MpmcKill.TypedWriteBatch,
            LargestHold = MpmcDieCommand.BatchMessages,
            SettlesInPart = hasCorpses || operation is >= MpmcKill.SettlePart and <= MpmcKill.ReturnAgain,
            ConsumedUnlogged = operation >= MpmcKill.TypedRead ? MpmcDieCommand.BatchMessages : 0,
        };
        check.AddProducer(VictimId, notes, wasKilled: true);
        check.AddConsumer(VictimId, taken, wasKilled: true);
        return check;
    }

    /// <summary>Brings the ring to its end, so that what follows runs over it, and leaves messages that are there to be read.</summary>
    private static void Prepare(MpmcSurvivors survivors, MpmcKill operation, Scene scene)
    {
        bool reads = operation is >= MpmcKill.ProducerLooks and <= MpmcKill.Recover or >= MpmcKill.TypedRead;
        RingInfo info = scene.Inspect();
        long quarter = info.CapacityBytes / 4;
        // The region's own count of its ring bytes: granules that fit, as a power of two.
        while (scene.Inspect().ProducerPosition % info.CapacityBytes < info.CapacityBytes - quarter)
        {
            survivors.Write(1);
            survivors.Read(1);
        }

        if (operation == MpmcKill.PassOverSkips)
            survivors.WriteAborted();
        survivors.Write(reads ? 3 : 1);
        if (operation == MpmcKill.PassOverSkips)
            survivors.WriteAborted();
    }

    private static void ExpectNothingLeft(string name)
    {
        Assert.Equal(0, Ring.Recover(name).RowsWaiting);
        Scene.ExpectClean(name);
        Assert.Equal(0, Ring.Verify(name).MessagesInRing);
        RingInfo info = Ring.Inspect(name);
        Assert.Equal(0, info.UsedBytes);
        Assert.Empty(info.Participants);
    }

    private protected static TheoryData<string> Operations(MpmcKill from, MpmcKill to) =>
        [.. Enum.GetValues<MpmcKill>().Where(operation => operation >= from && operation <= to).Select(static operation => operation.ToString())];
}

/// <summary>The operations on messages of one granule, with their words in the slots.</summary>
public sealed class MpmcKillPointInSlotsTests : MpmcKillPointTests
{
    public static TheoryData<string> All() => Operations(MpmcKill.Write, MpmcKill.TypedReadBatch);

    [Theory]
    [MemberData(nameof(All))]
    public void Killed_at_any_access_of_an_operation_it_loses_nothing_published_and_blocks_nobody(string operation) =>
        KillEverywhere(Enum.Parse<MpmcKill>(operation), Words.InSlots);

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    [InlineData(nameof(MpmcKill.Write))]
    [InlineData(nameof(MpmcKill.TwoClaims))]
    [InlineData(nameof(MpmcKill.TwoLeases))]
    [InlineData(nameof(MpmcKill.SettlePart))]
    public void Stopped_at_any_access_of_an_operation_it_is_not_robbed(string operation) =>
        StopEverywhere(Enum.Parse<MpmcKill>(operation), Words.InSlots);
}

/// <summary>The operations on messages of several granules, with their words in a table.</summary>
public sealed class MpmcKillPointInTableTests : MpmcKillPointTests
{
    public static TheoryData<string> All() => Operations(MpmcKill.Write, MpmcKill.Recover);

    [Theory]
    [MemberData(nameof(All))]
    public void Killed_at_any_access_of_an_operation_it_loses_nothing_published_and_blocks_nobody(string operation) =>
        KillEverywhere(Enum.Parse<MpmcKill>(operation), Words.InTable);

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.StopsItself)]
    [InlineData(nameof(MpmcKill.WriteBatch))]
    [InlineData(nameof(MpmcKill.Lease))]
    [InlineData(nameof(MpmcKill.Batch))]
    public void Stopped_at_any_access_of_an_operation_it_is_not_robbed(string operation) =>
        StopEverywhere(Enum.Parse<MpmcKill>(operation), Words.InTable);
}
