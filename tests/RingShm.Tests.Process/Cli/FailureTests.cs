using System.Globalization;

namespace RingShm.Tests.Processes.Cli;

/// <summary>Failures have a name: exit code 2 (3 for time), one line that says what is the matter, no stack trace.</summary>
public sealed class FailureTests
{
    [Theory]
    [InlineData("send")]
    [InlineData("receive")]
    [InlineData("inspect")]
    [InlineData("verify")]
    [InlineData("recover")]
    [InlineData("remove")]
    [InlineData("watch")]
    public void A_ring_that_does_not_exist_is_named(string command)
    {
        using CliScene scene = new();
        scene.Run(command, scene.NameOf("nothing")).ExpectFailure(2, "nothing");
    }

    [Fact]
    public void A_ring_that_exists_is_not_made_again()
    {
        using CliScene scene = new();
        string name = scene.Create("twice");
        scene.Run("create", name).ExpectFailure(2, name, "exists");
    }

    [Fact]
    public void Sizes_that_contradict_an_existing_ring_are_refused_with_both_values()
    {
        using CliScene scene = new();
        string name = scene.Create("sized", "--capacity", "64KiB");
        scene.Run("send", name, "--create-if-missing", "--capacity", "128KiB").ExpectFailure(2, "65536", "131072");
    }

    [Theory]
    [InlineData("Mpmc", "Spsc", "--kind", "spsc")]
    [InlineData("Many", "One", "--producers", "one")]
    [InlineData("Many", "One", "--consumers", "one")]
    [InlineData("8", "9", "--max-participants", "9")]
    [InlineData("Redeliver", "Drop", "--dead-consumers", "drop")]
    public void What_contradicts_an_existing_mpmc_ring_is_refused_with_both_values(string found, string asked, string option, string value)
    {
        using CliScene scene = new();
        string name = scene.Create("many", "--kind", "mpmc", "--max-participants", "8");
        scene.Run("send", name, option, value).ExpectFailure(2, name, found, asked);
        scene.Run("send", name, "--create-if-missing", option, value).ExpectFailure(2, name, found, asked);
    }

    [Fact]
    public void What_contradicts_an_existing_spsc_ring_is_refused()
    {
        using CliScene scene = new();
        string name = scene.Create("one");
        scene.Run("send", name, "--kind", "mpmc").ExpectFailure(2, name, "Spsc", "Mpmc");
        scene.Run("send", name, "--create-if-missing", "--consumers", "many").ExpectFailure(2, name, "spsc", "--consumers many");
    }

    [Fact]
    public void A_participant_too_many_is_refused_and_so_is_a_second_one_of_a_single_role()
    {
        using CliScene scene = new();
        string name = scene.Create("narrow", "--kind", "mpmc", "--max-participants", "2", "--consumers", "one");
        using Ringshm first = scene.Start("send", name);
        using Ringshm second = scene.Start("send", name);
        using Ringshm single = scene.Start("receive", name, "--follow");
        Support.Watchdog.Until(() => scene.Inspect("narrow").Participants.Count == 3, "all of them attaching");
        scene.Run("send", name).ExpectFailure(2, "narrow", "2");
        scene.Run("receive", name).ExpectFailure(2, "consumer", single.Id.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_second_sender_is_told_who_the_first_one_is()
    {
        using CliScene scene = new();
        string name = scene.Create("one");
        using Ringshm first = scene.Start("send", name);
        Support.Watchdog.Until(() => scene.Inspect("one").Participants.Count == 1, "the first sender attaching");
        scene.Run("send", name).ExpectFailure(2, "producer", first.Id.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("verify")]
    [InlineData("receive")]
    [InlineData("remove")]
    public void A_file_that_is_no_ring_is_refused_and_left_alone(string command)
    {
        using CliScene scene = new();
        File.WriteAllText(scene.PathOf("foreign"), new string('x', 100_000));
        scene.Run(command, scene.NameOf("foreign")).ExpectFailure(2, "foreign");
        Assert.Equal(100_000, new FileInfo(scene.PathOf("foreign")).Length);
    }

    [Fact]
    public void A_damaged_header_is_found()
    {
        using CliScene scene = new();
        string name = scene.Create("damaged");
        using (FileStream file = new(scene.PathOf("damaged"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // Somewhere in the geometry, behind the magic.
            file.Position = 40;
            int value = file.ReadByte();
            file.Position = 40;
            file.WriteByte((byte)~value);
        }

        scene.Run("verify", name).ExpectFailure(2, "damaged");
        scene.Run("receive", name).ExpectFailure(2, "damaged");
    }

    [Fact]
    public void A_ring_larger_than_the_memory_is_refused_before_anything_is_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows backs the file with the disk, and an overcommitted disk is not at hand.");
        using CliScene scene = new();
        scene.Run("create", "huge", "--capacity", "32TiB").ExpectFailure(2, "huge");
        Assert.Empty(Directory.GetFiles(scene.Folder));
    }

    [Fact]
    public void A_ring_that_the_account_may_not_open_is_refused()
    {
        // Nothing is forbidden to root, so as root the command runs as nobody: no one may open another's ring by default.
        const string AsNobody = "/usr/bin/setpriv";
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists(AsNobody), "It takes root to become somebody else.");
        using CliScene scene = new();
        string name = scene.Create("closed");
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", Ringshm.Executable];
        using Ringshm probe = Ringshm.StartThrough(AsNobody, scene.Folder, [.. nobody, "--version"]);
        Assert.SkipUnless(probe.Finish().ExitCode == 0, "The account nobody may not run the program here.");
        foreach (string command in (string[])["send", "receive", "inspect", "verify", "remove"])
        {
            using Ringshm refused = Ringshm.StartThrough(AsNobody, scene.Folder, [.. nobody, command, name]);
            refused.Feed([]);
            refused.Finish().ExpectFailure(2, name);
        }

        Assert.True(File.Exists(scene.PathOf("closed")));
    }

    [Fact]
    public void A_full_ring_fails_the_sender_that_does_not_wait_and_says_how_many_messages_are_in()
    {
        using CliScene scene = new();
        string name = scene.Create("full", "--capacity", "1KiB", "--max-message", "100");
        string lines = string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i}\n"));
        CliResult result = scene.RunWith(lines, "send", name);
        long sent = scene.Inspect("full").MessagesWritten;
        result.ExpectFailure(2, "full", string.Create(CultureInfo.InvariantCulture, $"{sent} messages were sent"));
        Assert.Equal(string.Concat(Enumerable.Range(0, (int)sent).Select(i => $"{i}\n")), scene.Run("receive", name).ExpectDone().Text);
    }

    [Fact]
    public void A_sender_that_waits_in_vain_exits_3()
    {
        using CliScene scene = new();
        string name = scene.Create("full", "--capacity", "1KiB", "--max-message", "500");
        scene.RunWith(new byte[5000], "send", name, "--raw", "--wait", "--timeout", "0.1").ExpectFailure(3, "0.1 s", "1 message was sent");
    }

    [Fact]
    public void A_receiver_that_waits_in_vain_exits_3()
    {
        using CliScene scene = new();
        string name = scene.Create("idle");
        scene.Run("receive", name, "--follow", "--timeout", "0.1").ExpectFailure(3, name);
        scene.Run("receive", scene.NameOf("never"), "--wait-for-ring", "--timeout", "0.1").ExpectFailure(3, "never");
    }

    [Fact]
    public void A_completed_ring_takes_no_more_messages()
    {
        using CliScene scene = new();
        string name = scene.Create("over");
        scene.RunWith("a\n", "send", name, "--complete").ExpectDone();
        scene.RunWith("b\n", "send", name).ExpectFailure(2, "completed");
        Assert.Equal("a\n", scene.Run("receive", name, "--follow").ExpectDone().Text);
    }

    [Fact]
    public void Frames_that_are_too_long_or_cut_off_are_named()
    {
        using CliScene scene = new();
        string name = scene.Create("framed", "--capacity", "1KiB", "--max-message", "100");
        scene.RunWith([1, 0, 0, 0, 65, 101, 0, 0, 0], "send", name, "--length-prefixed").ExpectFailure(2, "101", "100", "1 message was sent");
        scene.RunWith([2, 0, 0, 0, 65], "send", name, "--length-prefixed").ExpectFailure(2, "inside a frame", "0 messages were sent");
        scene.RunWith([255, 255, 255, 255], "send", name, "--length-prefixed").ExpectFailure(2, "4294967295");
    }
}
