using System.Text.Json;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>The commands on broadcast rings, however they deliver.</summary>
public sealed class BroadcastRingTests
{
    private const string Ending = "the end";

    [Theory]
    [InlineData("reliable", "hold")]
    [InlineData("reliable", "evict")]
    [InlineData("lossy", null)]
    public void Each_line_of_two_senders_goes_to_every_receiver_in_the_same_order(string delivery, string? slowReaders)
    {
        const int Lines = 300;
        using CliScene scene = new();
        // Room for all of it, so that nobody is lapped.
        string name = scene.Create(
            "news", ["--kind", "broadcast", "--capacity", "1MiB", "--max-message", "40", "--delivery", delivery, .. slowReaders == null ? (string[])[] : ["--slow-readers", slowReaders]]);
        using Ringshm first = scene.Start("receive", name, "--follow");
        using Ringshm second = scene.Start("receive", name, "--follow", "--from", "next");
        AwaitReaders(scene, 2);
        using Ringshm sender = scene.Start("send", name, "--wait");
        sender.Feed(System.Text.Encoding.UTF8.GetBytes(LinesOf("a", Lines)));
        scene.RunWith(LinesOf("b", Lines), "send", name, "--wait").ExpectDone();
        sender.Finish().ExpectDone();
        scene.RunWith($"{Ending}\n", "send", name, "--complete").ExpectDone();
        string received = first.Finish().ExpectDone().Text;
        Assert.Equal(received, second.Finish().ExpectDone().Text);
        string[] lines = received.Split('\n')[..^1];
        Assert.Equal((2 * Lines) + 1, lines.Length);
        foreach (string who in new[] { "a", "b" })
            Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"{who}{i}"), lines.Where(line => line.StartsWith(who, StringComparison.Ordinal) && line != Ending));
        scene.Run("verify", name).ExpectDone();
        Assert.Equal(delivery == "lossy" ? BroadcastDelivery.Lossy : BroadcastDelivery.Reliable, scene.Inspect("news").Delivery);
    }

    [Fact]
    public void From_says_where_a_receiver_begins()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast");
        scene.RunWith("one\ntwo\nthree\n", "send", name).ExpectDone();
        Assert.Equal("one\ntwo\nthree\n", scene.Run("receive", name).ExpectDone().Text);
        Assert.Equal("one\ntwo\nthree\n", scene.Run("receive", name, "--from", "oldest").ExpectDone().Text);
        Assert.Equal("three\n", scene.Run("receive", name, "--from", "newest").ExpectDone().Text);
        Assert.Equal("", scene.Run("receive", name, "--from", "next").ExpectDone().Text);
        scene.Run("receive", name, "--from", "yesterday").ExpectFailure(1, "yesterday", "newest");
        scene.Run("receive", scene.Create("pipe"), "--from", "oldest").ExpectFailure(2, "no broadcast ring");
    }

    [Fact]
    public void Of_a_lossy_ring_the_last_lap_is_left_and_inspect_tells_where_readers_are_and_what_they_lost()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--capacity", "512", "--max-message", "40", "--delivery", "lossy");
        using BroadcastRing ring = BroadcastRing.Open(RegionName.FromPath(scene.PathOf("news")));
        using BroadcastReader reader = ring.AttachReader();
        scene.RunWith(LinesOf("", 100), "send", name).ExpectDone();
        JsonElement before = Inspect(scene, name);
        Assert.Equal(("lossy", JsonValueKind.Null), (before.GetProperty("delivery").GetString(), before.GetProperty("slowReaders").ValueKind));
        JsonElement lagging = Assert.Single(before.GetProperty("participants").EnumerateArray());
        Assert.Equal((0, 100 * 64L, 0), (lagging.GetProperty("position").GetInt64(), lagging.GetProperty("lagBytes").GetInt64(), lagging.GetProperty("messagesLost").GetInt64()));

        Assert.True(reader.TryRead(out Message message));
        Assert.Equal(92, message.LostBefore);
        JsonElement after = Inspect(scene, name);
        Assert.Equal(92, after.GetProperty("messagesLost").GetInt64());
        JsonElement caughtUp = Assert.Single(after.GetProperty("participants").EnumerateArray());
        Assert.Equal((92, 7 * 64L), (caughtUp.GetProperty("messagesLost").GetInt64(), caughtUp.GetProperty("lagBytes").GetInt64()));
        Assert.Equal(after.GetProperty("producerPosition").GetInt64() - 512, after.GetProperty("retainedPosition").GetInt64());
        string text = scene.Run("inspect", name).ExpectDone().Text;
        foreach (string part in new[] { "lossy: writers wait for nobody", "448 B behind the writers", "92 messages lost in its row", "92, by readers" })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(string.Concat(Enumerable.Range(92, 8).Select(i => $"{i}\n")), scene.Run("receive", name).ExpectDone().Text);
        string[] watched = scene.Run("watch", name, "--interval", "0.01", "--count", "1").ExpectDone().Text.Split('\n')[..^1];
        Assert.Equal("92", watched[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[8]);
        JsonElement sample = JsonDocument.Parse(scene.Run("watch", name, "--json", "--interval", "0.01", "--count", "1").ExpectDone().Text).RootElement;
        Assert.Equal((92, 0), (sample.GetProperty("messagesLost").GetInt64(), sample.GetProperty("readersEvicted").GetInt64()));
    }

    [Fact]
    public void A_receiver_that_is_lapped_says_at_its_end_how_many_it_lost()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--capacity", "512", "--max-message", "40", "--delivery", "lossy");
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        AwaitReaders(scene, 1);
        ProcessControl.Suspend(receiver.Id);
        scene.RunWith(LinesOf("", 100), "send", name, "--complete").ExpectDone();
        ProcessControl.Resume(receiver.Id);
        CliResult result = receiver.Finish();
        Assert.Equal((0, string.Concat(Enumerable.Range(92, 8).Select(i => $"{i}\n"))), (result.ExitCode, result.Text));
        Assert.Contains("92 messages", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_live_receiver_holds_the_senders_of_a_reliable_ring_and_one_that_was_killed_does_not()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--capacity", "512", "--max-message", "40");
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        AwaitReaders(scene, 1);
        ProcessControl.Suspend(receiver.Id);
        scene.RunWith(LinesOf("", 100), "send", name).ExpectFailure(2, "full", "8 messages were sent");
        JsonElement held = Inspect(scene, name);
        Assert.Equal(("reliable", "hold"), (held.GetProperty("delivery").GetString(), held.GetProperty("slowReaders").GetString()));
        Assert.Equal(512, Assert.Single(held.GetProperty("participants").EnumerateArray()).GetProperty("lagBytes").GetInt64());
        receiver.Kill();
        Assert.Contains("1 dead participant cleared away", scene.Run("recover", name).ExpectDone().Text, StringComparison.Ordinal);
        scene.RunWith(LinesOf("", 100), "send", name).ExpectDone();
        scene.Run("verify", name).ExpectDone();
    }

    [Fact]
    public void An_evicted_receiver_fails_and_is_counted()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--capacity", "512", "--max-message", "40", "--slow-readers", "evict");
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        AwaitReaders(scene, 1);
        ProcessControl.Suspend(receiver.Id);
        scene.RunWith(LinesOf("", 100), "send", name).ExpectDone();
        JsonElement info = Inspect(scene, name);
        Assert.Equal(("evict", 1), (info.GetProperty("slowReaders").GetString(), info.GetProperty("readersEvicted").GetInt64()));
        Assert.True(Assert.Single(info.GetProperty("participants").EnumerateArray()).GetProperty("isEvicted").GetBoolean());
        string text = scene.Run("inspect", name).ExpectDone().Text;
        Assert.Contains("reliable: slow readers are evicted", text, StringComparison.Ordinal);
        Assert.Contains(", evicted", text, StringComparison.Ordinal);
        ProcessControl.Resume(receiver.Id);
        receiver.Finish().ExpectFailure(2, "ring");
    }

    [Fact]
    public void A_dead_sender_is_recovered_and_all_rings_are_listed()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--producers", "one", "--max-participants", "3");
        using Ringshm sender = scene.Start("send", name);
        Watchdog.Until(() => scene.Inspect("news").Participants.Count == 1, "the sender attaching");
        scene.RunWith("x\n", "send", name).ExpectFailure(2, $"{sender.Id}");
        sender.Kill();
        JsonElement found = JsonDocument.Parse(scene.Run("recover", name, "--json").ExpectDone().Output).RootElement;
        Assert.Equal(("broadcast", 1), (found.GetProperty("kind").GetString(), found.GetProperty("rowsSwept").GetInt32()));
        Assert.Contains("one writers, 3 participants", scene.Run("inspect", name).ExpectDone().Text, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
            Assert.Contains("broadcast", scene.Run("list").ExpectDone().Text, StringComparison.Ordinal);
        JsonElement verified = JsonDocument.Parse(scene.Run("verify", name, "--json").ExpectDone().Output).RootElement;
        Assert.True(verified.GetProperty("isClean").GetBoolean());
    }

    [Fact]
    public void Verify_reports_a_reader_ahead_of_the_writers()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--max-participants", "3");
        using (FileStream file = new(scene.PathOf("news"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            // The cursor of the first shared row, 128 bytes each from the rows' offset on: one more than the position.
            file.Position = 0x2000 + (2 * 128) + 0x78;
            file.Write(BitConverter.GetBytes(1000L));
        }

        scene.Run("verify", name).ExpectFailure(2, "reader is at position 999");
    }

    [Theory]
    [InlineData("need --kind broadcast", "--delivery", "lossy")]
    [InlineData("nobody waits", "--kind", "broadcast", "--delivery", "lossy", "--slow-readers", "evict")]
    [InlineData("'both'", "--kind", "broadcast", "--delivery", "both")]
    [InlineData("one consumer each", "--kind", "broadcast", "--consumers", "one")]
    public void A_wrong_command_line_is_named(string word, params string[] options)
    {
        using CliScene scene = new();
        scene.Run(["create", scene.NameOf("x"), .. options]).ExpectFailure(1, word);
        Assert.Empty(Directory.GetFiles(scene.Folder));
    }

    [Fact]
    public void A_line_that_is_too_long_and_options_that_the_ring_contradicts_are_failures()
    {
        using CliScene scene = new();
        string name = scene.Create("news", "--kind", "broadcast", "--max-message", "16", "--delivery", "lossy");
        CliResult result = scene.RunWith("a line of more than sixteen bytes\n", "send", name);
        result.ExpectFailure(2, "16 bytes", "0 messages were sent");
        Assert.DoesNotContain("mpmc", result.Error, StringComparison.Ordinal);
        scene.RunWith("x\n", "send", name, "--delivery", "reliable").ExpectFailure(2, "Lossy", "Reliable");
        scene.RunWith("x\n", "send", name, "--max-participants", "5").ExpectFailure(2, "64", "5");
        scene.RunWith("x\n", "send", scene.Create("pipe"), "--max-participants", "5").ExpectFailure(2, "spsc", "--max-participants asks for --kind mpmc, broadcast or state");
    }

    private static void AwaitReaders(CliScene scene, int readers) => Watchdog.Until(
        () => scene.Inspect("news").Participants.Count(participant => participant.Position != null) == readers, "the receivers attaching");

    private static JsonElement Inspect(CliScene scene, string name) =>
        JsonDocument.Parse(scene.Run("inspect", name, "--json").ExpectDone().Output).RootElement;

    private static string LinesOf(string who, int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{who}{i}\n"));
}
