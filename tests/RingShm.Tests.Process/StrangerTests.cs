using System.Globalization;
using RingShm.Layout;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Who is dead when the process id does not tell: zombies that nobody buries, ids that somebody else got, and ids of another
/// namespace that are unused, or somebody else's, here.
/// </summary>
public sealed class StrangerTests
{
    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.Zombies)]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_zombie_counts_as_dead(string role)
    {
        string shell = Tools.Require("sh");
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        // The shell starts the holder and becomes a sleep, which never buries its children.
        Peer parent = scene.StartThrough(
            shell, ["-c", "exec 3<&0; \"$0\" \"$@\" <&3 & exec sleep 600"], "hold", $"role={role}", "hold=nothing");
        int holder = int.Parse(parent.Expect("attached"), CultureInfo.InvariantCulture);
        Assert.NotEqual(parent.Id, holder);
        Assert.Equal(holder, Assert.Throws<RoleTakenException>(() => Roles.Attach(ring, role)).OwnerProcessId);

        ProcessControl.KillStranger(holder);
        Watchdog.Until(() => ProcessControl.IsZombie(holder), $"process {holder} becoming a zombie");
        Assert.False(Assert.Single(ring.GetInfo().Participants).IsAlive);
        Roles.Attach(ring, role).Dispose();
        Assert.True(ProcessControl.IsZombie(holder), "The holder was buried; the test has shown nothing.");
        Assert.Equal(1, ring.GetInfo().ProducerTakeovers + ring.GetInfo().ConsumerTakeovers);
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.IdsAreReused)]
    [InlineData("producer", SpscLayout.ProducerRow)]
    [InlineData("consumer", SpscLayout.ConsumerRow)]
    public void A_dead_holders_id_that_a_living_stranger_got_does_not_keep_the_role(string role, int row)
    {
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Peer holder = scene.Start("hold", $"role={role}", "hold=nothing");
        _ = holder.Expect("attached");
        holder.Kill();

        RingGeometry geometry = RingGeometry.ForSpsc(ring.CapacityBytes, ring.MaxMessageBytes, 0);
        // This very process lives, and so does process 1: what a row says of them while nobody holds its lock is history.
        foreach (int stranger in new[] { Environment.ProcessId, 1, int.MaxValue })
        {
            scene.StoreWord(
                geometry.RowsOffset + (row * (long)geometry.RowStrideBytes) + RowLayout.OwnerOffset,
                RowLayout.PackOwner(stranger, startTimeTag: 77));
            Assert.False(Assert.Single(ring.GetInfo().Participants).IsAlive);
            Roles.Attach(ring, role).Dispose();
        }

        Assert.Equal(3, ring.GetInfo().ProducerTakeovers + ring.GetInfo().ConsumerTakeovers);
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.Namespaces)]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_holder_in_another_pid_namespace_is_not_robbed_while_it_lives(string role)
    {
        string[] unshare = RequireNamespaces();
        // Process 1 of its namespace: here that id is somebody else, who lives. And an id that nobody has here.
        string[] leaders =
        [
            "exec \"$0\" \"$@\"",
            $"echo {FreeProcessId() - 1} > /proc/sys/kernel/ns_last_pid 2>/dev/null; exec 3<&0; \"$0\" \"$@\" <&3 & wait",
        ];
        foreach (string leader in leaders)
        {
            using Scene scene = new();
            SpscRing ring = scene.CreateRing();
            Peer holder = scene.StartThrough(
                unshare[0], [.. unshare[1..], "sh", "-c", leader], "hold", $"role={role}", "hold=nothing");
            int innerId = int.Parse(holder.Expect("attached"), CultureInfo.InvariantCulture);
            Assert.True(innerId != holder.Id, "The holder is in no namespace of its own.");
            for (int attempt = 0; attempt < 5; attempt++)
            {
                Assert.Equal(innerId, Assert.Throws<RoleTakenException>(() => Roles.Attach(ring, role)).OwnerProcessId);
                Thread.Sleep(5);
            }

            Assert.True(Assert.Single(ring.GetInfo().Participants).IsAlive);
            holder.Kill();
            AttachWhenGone(ring, role).Dispose();
            Assert.Equal(1, ring.GetInfo().ProducerTakeovers + ring.GetInfo().ConsumerTakeovers);
        }
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.Namespaces)]
    [InlineData("producer")]
    [InlineData("consumer")]
    public void A_holder_out_here_is_not_robbed_by_a_process_in_another_pid_namespace(string role)
    {
        string[] unshare = RequireNamespaces();
        using Scene scene = new();
        SpscRing ring = scene.CreateRing();
        Peer holder = scene.Start("hold", $"role={role}", "hold=nothing");
        _ = holder.Expect("attached");

        Peer robber = scene.StartThrough(unshare[0], unshare[1..], "attach", $"role={role}");
        Assert.StartsWith(holder.Id.ToString(CultureInfo.InvariantCulture) + " ", robber.Expect("taken"), StringComparison.Ordinal);
        Assert.Equal(2, robber.WaitForExit());

        holder.Kill();
        Peer successor = scene.StartThrough(unshare[0], unshare[1..], "attach", $"role={role}");
        _ = successor.Expect("attached");
        successor.ExpectSuccess();
        Assert.Equal(1, ring.GetInfo().ProducerTakeovers + ring.GetInfo().ConsumerTakeovers);
    }

    /// <summary>The unshare command that works here: as root, or with a user namespace; or skips the test.</summary>
    internal static string[] RequireNamespaces()
    {
        string unshare = Tools.Require("unshare");
        string[][] ways =
        [
            [unshare, "--pid", "--fork", "--kill-child"],
            [unshare, "--user", "--map-root-user", "--pid", "--fork", "--kill-child"],
        ];
        foreach (string[] way in ways)
        {
            using Peer probe = Peer.StartProgram(way[0], [.. way[1..], "true"]);
            if (probe.WaitForExit() == 0)
                return way;
        }

        Assert.Skip("unshare may make no pid namespace here, neither as root nor in a user namespace.");
        return [];
    }

    private static int FreeProcessId()
    {
        int id = 30_000;
        while (Directory.Exists($"/proc/{id.ToString(CultureInfo.InvariantCulture)}"))
            id--;
        return id;
    }

    /// <summary>Killing unshare takes its namespace along, a moment later.</summary>
    private static RingHandle AttachWhenGone(SpscRing ring, string role)
    {
        RingHandle? handle = null;
        Watchdog.Until(
            () =>
            {
                try
                {
                    handle = Roles.Attach(ring, role);
                    return true;
                }
                catch (RoleTakenException)
                {
                    return false;
                }
            },
            "the namespace's end freeing the role");
        return handle!;
    }
}
