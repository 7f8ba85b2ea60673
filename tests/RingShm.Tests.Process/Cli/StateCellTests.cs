using System.Text;
using System.Text.Json;

namespace RingShm.Tests.Processes.Cli;

/// <summary>set, get and the other commands on state cells.</summary>
public sealed class StateCellTests
{
    [Fact]
    public void What_is_set_is_got_byte_by_byte()
    {
        using CliScene scene = new();
        string name = scene.Create("cell", "--kind", "state", "--max-message", "1KiB");
        scene.Run("set", name, "hello").ExpectDone();
        Assert.Equal("hello\n", scene.Run("get", name).ExpectDone().Text);
        byte[] bytes = new byte[1024];
        new Random(3).NextBytes(bytes);
        scene.RunWith(bytes, "set", name).ExpectDone();
        Assert.Equal(bytes, scene.Run("get", name, "--raw").ExpectDone().Output);
        Assert.Equal([0, 4, 0, 0, .. bytes], scene.Run("get", name, "--length-prefixed").ExpectDone().Output);
        scene.Run("set", name, "").ExpectDone();
        Assert.Equal("3\t\n", scene.Run("get", name, "--show-version").ExpectDone().Text);
        JsonElement document = JsonDocument.Parse(scene.Run("get", name, "--json").ExpectDone().Output).RootElement;
        Assert.Equal((3, 0, ""), (document.GetProperty("version").GetInt64(), document.GetProperty("lengthBytes").GetInt32(), document.GetProperty("valueBase64").GetString()));
    }

    [Fact]
    public void A_conditional_set_loses_to_a_faster_one_and_says_so()
    {
        using CliScene scene = new();
        string name = scene.NameOf("cell");
        scene.Run("set", name, "a", "--if-version", "0", "--create-if-missing").ExpectDone();
        Assert.Equal(2, Version(scene.Run("set", name, "b", "--if-version", "1", "--json")));
        scene.Run("set", name, "c", "--if-version", "1").ExpectFailure(2, "has version 2, not 1");
        Assert.Equal("b\n", scene.Run("get", name).ExpectDone().Text);
    }

    [Fact]
    public void Following_prints_the_value_and_each_change()
    {
        using CliScene scene = new();
        string name = scene.Create("cell", "--kind", "state");
        using Ringshm follower = scene.Start("get", name, "--follow", "--count", "3", "--show-version");
        foreach (string value in new[] { "one", "two", "three" })
        {
            scene.Run("set", name, value).ExpectDone();
            // Read before the next one is set, so that no change is passed over.
            Assert.EndsWith($"\t{value}\n", Encoding.UTF8.GetString(follower.ReadOutput(value.Length + 3)), StringComparison.Ordinal);
        }

        Assert.Equal(0, follower.FinishUnread().ExitCode);
    }

    [Fact]
    public void Waiting_since_a_version_ends_with_the_next_one_or_with_its_time()
    {
        using CliScene scene = new();
        string name = scene.Create("cell", "--kind", "state");
        scene.Run("get", name).ExpectFailure(2, "Nothing was set", "--since 0");
        scene.Run("get", name, "--since", "0", "--timeout", "0.05").ExpectFailure(3, "did not change for 0.05 s");
        using Ringshm waiter = scene.Start("get", name, "--since", "1");
        scene.Run("set", name, "first").ExpectDone();
        scene.Run("set", name, "second").ExpectDone();
        Assert.Equal("second\n", waiter.Finish().ExpectDone().Text);
    }

    [Fact]
    public void The_other_commands_know_cells()
    {
        using CliScene scene = new();
        string name = scene.Create("cell", "--kind", "state", "--max-message", "64", "--max-participants", "3", "--producers", "one");
        scene.Run("set", name, "x").ExpectDone();
        string text = scene.Run("inspect", name).ExpectDone().Text;
        Assert.Contains("one writers, many readers, 3 participants", text, StringComparison.Ordinal);
        JsonElement info = JsonDocument.Parse(scene.Run("inspect", name, "--json").ExpectDone().Output).RootElement;
        Assert.Equal(("state", 64, 1), (info.GetProperty("kind").GetString(), info.GetProperty("maxMessageBytes").GetInt64(), info.GetProperty("messagesWritten").GetInt64()));
        scene.Run("verify", name).ExpectDone();
        scene.Run("recover", name).ExpectDone();
        string[] lines = scene.Run("watch", name, "--interval", "0.01", "--count", "2").ExpectDone().Text.Split('\n')[..^1];
        Assert.Equal(3, lines.Length);
        if (OperatingSystem.IsLinux())
            Assert.Contains("state", scene.Run("list").ExpectDone().Text, StringComparison.Ordinal);
        scene.Run("send", name).ExpectFailure(2, "state cell", "'set'");
        scene.Run("receive", name).ExpectFailure(2, "state cell", "'get'");
    }

    [Fact]
    public void A_value_that_is_too_long_and_a_ring_that_is_no_cell_are_failures()
    {
        using CliScene scene = new();
        string name = scene.Create("cell", "--kind", "state", "--max-message", "4");
        scene.Run("set", name, "12345").ExpectFailure(2, "5 bytes", "4 bytes");
        scene.RunWith("12345", "set", name).ExpectFailure(2, "longest value of 4 bytes", "nothing was set");
        scene.Run("set", name, "x", "--max-message", "5").ExpectFailure(2, "4", "5");
        string ring = scene.Create("ring");
        scene.Run("set", ring, "x").ExpectFailure(2, "is an spsc ring", "'send'");
        scene.Run("set", ring, "x", "--create-if-missing").ExpectFailure(2, "is an spsc ring", "'send'");
        scene.Run("get", ring).ExpectFailure(2, "is an spsc ring", "'receive'");
        scene.Run("set", scene.Create("news", "--kind", "broadcast"), "x").ExpectFailure(2, "is a broadcast ring", "'send'");
        scene.Run("get", scene.NameOf("none")).ExpectFailure(2, "none");
    }

    [Theory]
    [InlineData("--capacity", "create", "x", "--kind", "state", "--capacity", "1MiB")]
    [InlineData("--dead-consumers", "create", "x", "--kind", "state", "--dead-consumers", "drop")]
    [InlineData("'set'", "send", "x", "--create-if-missing", "--kind", "state")]
    [InlineData("--count needs --follow", "get", "x", "--count", "1")]
    [InlineData("--timeout needs", "get", "x", "--timeout", "1")]
    [InlineData("--json goes with", "get", "x", "--json", "--raw")]
    [InlineData("--show-version", "get", "x", "--show-version", "--raw")]
    [InlineData("'-1' is not a version", "set", "x", "y", "--if-version=-1")]
    [InlineData("'soon' is not a version", "get", "x", "--since", "soon")]
    public void A_wrong_command_line_is_named(string word, params string[] arguments)
    {
        using CliScene scene = new();
        scene.Run(arguments).ExpectFailure(1, word);
        Assert.Empty(Directory.GetFiles(scene.Folder));
    }

    private static long Version(CliResult result) =>
        JsonDocument.Parse(result.ExpectDone().Output).RootElement.GetProperty("version").GetInt64();
}
