using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>Creating, opening and removing, by many processes at once and by creators that die or stand still on the way.</summary>
public sealed class CreateTests
{
    /// <summary>Makes creation long enough (space to reserve, pages to touch) to be caught in the middle.</summary>
    private const long LargeCapacityBytes = 256L << 20;

    [Fact]
    public void Of_many_that_create_or_open_at_once_one_creates_and_all_agree()
    {
        const int Processes = 6;
        int rounds = Soak.Cases(normally: 3, secondsPerCase: 1);
        for (int round = 0; round < rounds; round++)
        {
            using Scene scene = new();
            Peer[] peers = [.. Enumerable.Range(0, Processes).Select(_ => scene.Start("race", "capacity=4096", "standby=1"))];
            foreach (Peer peer in peers)
                _ = peer.Expect("standby");
            foreach (Peer peer in peers)
                peer.Go();
            string[][] answers = [.. peers.Select(static peer => peer.NextLine().Split(' '))];
            Assert.Single(answers, static answer => answer[0] == "created");
            Assert.Equal(Processes - 1, answers.Count(static answer => answer[0] == "opened"));
            Assert.Single(answers.Select(static answer => answer[1]).Distinct());
            scene.ExpectClean();
            foreach (Peer peer in peers)
                peer.Go();
            foreach (Peer peer in peers)
                peer.ExpectSuccess();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_that_find_a_dead_creators_remains_agree_on_one_successor(bool isPath)
    {
        using Scene scene = new();
        string region = RegionOf(scene, isPath);
        StopInTheMiddle(scene, region).Kill();
        Peer[] peers = [.. Enumerable.Range(0, 4).Select(_ => scene.StartOn(region, "race", "capacity=4096", "standby=1"))];
        foreach (Peer peer in peers)
            _ = peer.Expect("standby");
        foreach (Peer peer in peers)
            peer.Go();
        string[][] answers = [.. peers.Select(static peer => peer.NextLine().Split(' '))];
        Assert.Single(answers, static answer => answer[0] == "created");
        Assert.Single(answers.Select(static answer => answer[1]).Distinct());
        Scene.ExpectClean(region);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SystemCallsToKillAt)]
    public void A_creator_killed_at_any_system_call_leaves_nothing_that_the_next_one_cannot_take_over()
    {
        string strace = SystemCallTrace.Require();
        List<SystemCallTrace.Call> calls = TraceCreation(strace);
        int mapped = calls.FindIndex(static call => call.Name == "mmap");
        // It is published between the mapping and the first change of a lock that follows, without a call.
        int published = calls.FindIndex(mapped + 1, static call => call.Name == "fcntl");
        Assert.True(mapped > 0 && published > 0, "The trace shows no mapping: " + string.Join(' ', calls));
        for (int k = 0; k < calls.Count; k++)
        {
            using Scene scene = new();
            string what = $"killed at call {k} of {string.Join(' ', calls)}";
            Peer creator = scene.StartThrough(strace, SystemCallTrace.KillAt(scene.FilePath, calls[k]), "race", "capacity=65536");
            Assert.True(creator.WaitForExit() != 0, "Not killed: " + what);
            bool wasPublished = k >= published;
            if (!wasPublished)
                Assert.Throws<RingNotFoundException>(() => SpscRing.Open(scene.Name).Dispose());
            using SpscRing ring = SpscRing.CreateOrOpen(scene.Name, new RingOptions { CapacityBytes = 65536, OpenTimeout = TimeSpan.Zero });
            Assert.True(ring.CreatedNew != wasPublished, what);
            ExpectWorks(ring);
            scene.ExpectClean();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_creator_killed_in_the_middle_is_replaced_even_by_a_ring_of_another_size(bool isPath)
    {
        using Scene scene = new();
        string region = RegionOf(scene, isPath);
        StopInTheMiddle(scene, region).Kill();
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(region).Dispose());
        using SpscRing ring = SpscRing.Create(region, new RingOptions { CapacityBytes = 128, OpenTimeout = TimeSpan.Zero });
        Assert.Equal(128, ring.CapacityBytes);
        ExpectWorks(ring);
        Scene.ExpectClean(region);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stopped_creator_is_waited_for_and_never_replaced(bool isPath)
    {
        using Scene scene = new();
        string region = RegionOf(scene, isPath);
        Peer creator = StopInTheMiddle(scene, region);
        RingOptions options = new() { OpenTimeout = TimeSpan.FromMilliseconds(300) };
        Assert.Throws<TimeoutException>(() => SpscRing.CreateOrOpen(region, options).Dispose());
        Assert.Throws<TimeoutException>(() => SpscRing.Open(region, options).Dispose());
        Assert.Throws<TimeoutException>(() => SpscRing.Create(region, options).Dispose());

        ProcessControl.Resume(creator.Id);
        string identity = creator.Expect("created");
        using SpscRing ring = SpscRing.CreateOrOpen(region);
        Assert.False(ring.CreatedNew);
        Assert.Equal(identity, ring.GetInfo().CreationId.ToString());
        ExpectWorks(ring);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stopped_creator_that_is_then_killed_is_replaced_at_once(bool isPath)
    {
        using Scene scene = new();
        string region = RegionOf(scene, isPath);
        StopInTheMiddle(scene, region).Kill();
        using SpscRing ring = SpscRing.CreateOrOpen(region, new RingOptions { CapacityBytes = 4096, OpenTimeout = TimeSpan.Zero });
        Assert.True(ring.CreatedNew);
        ExpectWorks(ring);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SectionsAreNotRemoved)]
    public void Removing_a_region_in_use_disturbs_its_users_and_successors_of_the_name_not_at_all()
    {
        const int Messages = 20_000;
        using Scene scene = new(Messages);
        using SpscRing old = scene.CreateRing();
        string[] words = ["seed=1", "sizes=tiny", "number=inTag", "pace=bursts"];
        Peer consumer = scene.Start("consume", [.. words, "mode=lease"]);
        _ = consumer.Expect("attached");
        Peer producer = scene.Start(
            "produce", [.. words, "mode=write", "complete=1", $"count={Messages.ToString(CultureInfo.InvariantCulture)}"]);
        _ = producer.Expect("attached");
        Ring.Remove(scene.Name);
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(scene.Name).Dispose());
        using (SpscRing successor = SpscRing.CreateOrOpen(scene.Name))
        {
            Assert.True(successor.CreatedNew);
            Assert.NotEqual(old.GetInfo().CreationId, successor.GetInfo().CreationId);
            ExpectWorks(successor);
        }

        producer.ExpectSuccess();
        consumer.ExpectSuccess();
        Assert.Equal(Messages, scene.Ledger.Delivered);
        new DeliveryCheck().Judge(scene.Ledger);
    }

    private static List<SystemCallTrace.Call> TraceCreation(string strace)
    {
        using Scene scene = new();
        string log = Path.Combine(Path.GetTempPath(), scene.Name + ".strace");
        try
        {
            Peer creator = scene.StartThrough(strace, SystemCallTrace.Watch(scene.FilePath, log), "race", "capacity=65536");
            _ = creator.Expect("created");
            List<SystemCallTrace.Call> calls = SystemCallTrace.Read(log);
            creator.Go();
            creator.ExpectSuccess();
            return calls;
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>The scene's name, or a file; on Linux both are files, one of them in memory.</summary>
    private static string RegionOf(Scene scene, bool isPath) => isPath ? scene.PathBeside("region") : scene.Name;

    /// <summary>Starts creators until one stands still with the region begun and not published.</summary>
    private static Peer StopInTheMiddle(Scene scene, string region)
    {
        for (int attempt = 0; attempt < 20; attempt++)
        {
            Peer creator = scene.StartOn(region, "race", $"capacity={LargeCapacityBytes.ToString(CultureInfo.InvariantCulture)}", "standby=1");
            _ = creator.Expect("standby");
            creator.Go();
            Watchdog.Until(() => Scene.CreationOf(region) != Creation.None || creator.HasExited, "the creator beginning");
            Assert.SkipWhen(creator.HasExited, $"There is no room for {LargeCapacityBytes} bytes: {creator.Description}");
            ProcessControl.Suspend(creator.Id);
            if (Scene.CreationOf(region) == Creation.Begun)
                return creator;
            creator.Kill();
            // A section went with it.
            if (OperatingSystem.IsLinux() || RegionName.Parse(region).IsPath)
                Ring.Remove(region);
        }

        Assert.Fail("No creator was caught in the middle.");
        return null!;
    }

    private static void ExpectWorks(SpscRing ring)
    {
        using SpscProducer producer = ring.AttachProducer();
        using SpscConsumer consumer = ring.AttachConsumer();
        for (int type = 0; type < 100; type++)
        {
            Assert.True(producer.TryWrite("works"u8, type));
            Assert.True(consumer.TryRead(out Message message));
            Assert.Equal((type, false), (message.Type, message.Redelivered));
            Assert.True(message.Span.SequenceEqual("works"u8));
            message.Dispose();
        }
    }
}
