using System.Text.Json;

namespace RingShm.Tests.Processes.Cli;

/// <summary>What the looking commands print, for people and as JSON.</summary>
public sealed class ReportTests
{
    [Fact]
    public void List_shows_every_ring_and_every_file_that_only_looks_like_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names are files on Linux alone.");
        using CliScene scene = new();
        Assert.Equal("No rings.\n", scene.Run("list").ExpectDone().Text);
        _ = scene.Create("alpha", "--capacity", "64KiB");
        _ = scene.Create("beta");
        scene.RunWith("1\n2\n", "send", "beta", "--complete").ExpectDone();
        string text = scene.Run("list").ExpectDone().Text;
        Assert.Contains("alpha", text, StringComparison.Ordinal);
        Assert.Contains("completed", text, StringComparison.Ordinal);

        using JsonDocument json = Parse(scene.Run("list", "--json"));
        JsonElement rings = json.RootElement.GetProperty("rings");
        Assert.Equal(["alpha", "beta"], rings.EnumerateArray().Select(ring => ring.GetProperty("name").GetString()));
        Assert.Equal(65536, rings[0].GetProperty("capacityBytes").GetInt64());
        Assert.Equal(2, rings[1].GetProperty("messagesWritten").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("unreadable").GetArrayLength());
    }

    [Fact]
    public void Inspect_shows_the_counts_and_who_is_attached()
    {
        using CliScene scene = new();
        string name = scene.Create("looked-at", "--capacity", "64KiB", "--max-message", "1KiB");
        using Ringshm sender = scene.Start("send", name);
        sender.Input.Write("one\ntwo\n"u8);
        sender.Input.Flush();
        Support.Watchdog.Until(() => scene.Inspect("looked-at").MessagesWritten == 2, "the messages arriving");
        using JsonDocument json = Parse(scene.Run("inspect", name, "--json"));
        JsonElement ring = json.RootElement;
        Assert.Equal("spsc", ring.GetProperty("kind").GetString());
        Assert.Equal(65536, ring.GetProperty("capacityBytes").GetInt64());
        Assert.Equal(1024, ring.GetProperty("maxMessageBytes").GetInt64());
        Assert.Equal(2, ring.GetProperty("messagesWritten").GetInt64());
        Assert.False(ring.GetProperty("isCompleted").GetBoolean());
        JsonElement participant = Assert.Single(ring.GetProperty("participants").EnumerateArray());
        Assert.Equal("producer", participant.GetProperty("role").GetString());
        Assert.Equal(sender.Id, participant.GetProperty("processId").GetInt32());
        Assert.True(participant.GetProperty("isAlive").GetBoolean());
        Assert.True(Math.Abs((DateTime.UtcNow - ring.GetProperty("createdAt").GetDateTime()).TotalHours) < 1);
        Assert.Contains($"process {sender.Id}, alive", scene.Run("inspect", name).ExpectDone().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_tells_clean_from_damaged()
    {
        using CliScene scene = new();
        string name = scene.Create("checked");
        scene.RunWith("one\ntwo\n", "send", name).ExpectDone();
        using (JsonDocument json = Parse(scene.Run("verify", name, "--json")))
        {
            Assert.True(json.RootElement.GetProperty("isClean").GetBoolean());
            Assert.Equal(2, json.RootElement.GetProperty("messagesInRing").GetInt64());
        }

        using (FileStream file = new(scene.PathOf("checked"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            // The first message's header, at the beginning of the data.
            file.Position = 0x3000;
            file.Write([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        }

        CliResult damaged = scene.Run("verify", name, "--json");
        damaged.ExpectFailure(2, "checked", "header");
        using JsonDocument report = JsonDocument.Parse(damaged.Output);
        Assert.False(report.RootElement.GetProperty("isClean").GetBoolean());
        Assert.Equal(1, report.RootElement.GetProperty("problems").GetArrayLength());
    }

    [Fact]
    public void Remove_removes()
    {
        using CliScene scene = new();
        string name = scene.Create("gone");
        using JsonDocument json = Parse(scene.Run("remove", name, "--json"));
        Assert.True(json.RootElement.GetProperty("removed").GetBoolean());
        Assert.Empty(Directory.GetFiles(scene.Folder));
        scene.Run("remove", name).ExpectFailure(2, "gone");
    }

    private static JsonDocument Parse(CliResult result) => JsonDocument.Parse(result.ExpectDone().Output);
}
