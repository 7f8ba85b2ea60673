namespace RingShm.Tests.Processes.Cli;

/// <summary>A command line that makes no sense: exit code 1, one line, nothing done.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("--help", "")]
    [InlineData("--help", "not", "not")]
    [InlineData("'not'", "not")]
    [InlineData("--wrong", "list", "--wrong")]
    [InlineData("Required argument", "create")]
    [InlineData("'fancy'", "create", "x", "--kind", "fancy")]
    [InlineData("'two'", "create", "x", "--kind", "mpmc", "--producers", "two")]
    [InlineData("'few'", "create", "x", "--kind", "mpmc", "--consumers", "few")]
    [InlineData("'0'", "create", "x", "--kind", "mpmc", "--max-participants", "0")]
    [InlineData("8190", "create", "x", "--kind", "mpmc", "--max-participants", "9000")]
    [InlineData("'keep'", "create", "x", "--kind", "mpmc", "--dead-consumers", "keep")]
    [InlineData("at most 1016 bytes", "create", "x", "--kind", "mpmc", "--capacity", "1KiB", "--max-message", "2KiB")]
    [InlineData("--producers many needs --kind mpmc", "create", "x", "--producers", "many")]
    [InlineData("--consumers many needs --kind mpmc", "create", "x", "--kind", "spsc", "--consumers", "many")]
    [InlineData("--max-participants needs --kind mpmc, broadcast or state; an spsc ring has one", "create", "x", "--max-participants", "2")]
    [InlineData("--dead-consumers drop needs --kind mpmc", "create", "x", "--dead-consumers", "drop")]
    [InlineData("--producers many needs --kind mpmc", "send", "x", "--create-if-missing", "--producers", "many")]
    [InlineData("--mark-redelivered", "receive", "x", "--mark-redelivered", "--raw")]
    [InlineData("--mark-redelivered", "receive", "x", "--mark-redelivered", "--length-prefixed")]
    [InlineData("'0'", "watch", "x", "--interval", "0")]
    [InlineData("'few'", "watch", "x", "--count", "few")]
    [InlineData("12q", "create", "x", "--capacity", "12q")]
    [InlineData("'0'", "create", "x", "--capacity", "0")]
    [InlineData("1.5", "create", "x", "--capacity", "1.5")]
    [InlineData("99999999TiB", "create", "x", "--capacity", "99999999TiB")]
    [InlineData("A capacity is", "create", "x", "--capacity", "8000000TiB")]
    [InlineData("at most 1008 bytes", "create", "x", "--capacity", "1KiB", "--max-message", "2KiB")]
    [InlineData("'a b' is not a region name", "create", "a b")]
    [InlineData("'@x' is not a region name", "inspect", "@x")]
    [InlineData("'' is not a region name", "remove", "")]
    [InlineData("is not a region name", "send", "..")]
    [InlineData("--count", "receive", "x", "--count")]
    [InlineData("'-1'", "receive", "x", "--count", "-1")]
    [InlineData("'soon'", "receive", "x", "--follow", "--timeout", "soon")]
    [InlineData("--timeout needs", "receive", "x", "--timeout", "1")]
    [InlineData("--timeout needs --wait", "send", "x", "--timeout", "1")]
    [InlineData("exclude each other", "send", "x", "--raw", "--length-prefixed")]
    [InlineData("exclude each other", "receive", "x", "--raw", "--length-prefixed")]
    [InlineData("'0'", "demo", "--seconds", "0")]
    public void A_wrong_command_line_exits_1_with_one_line_that_names_what_is_wrong(string words, params string[] arguments)
    {
        using CliScene scene = new();
        CliResult result = scene.Run(arguments is [""] ? [] : arguments);
        result.ExpectFailure(1, words);
        Assert.Empty(result.Output);
        Assert.Empty(Directory.GetFiles(scene.Folder));
    }

    [Fact]
    public void Help_lists_the_commands_that_work_and_no_others()
    {
        using CliScene scene = new();
        string[] lines = scene.Run("--help").ExpectDone().Text.Split('\n');
        string[] commands =
        [
            .. lines.SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
                .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Length > 2 && line[2] != ' ')
                .Select(line => line.Trim().Split(' ')[0]),
        ];
        Assert.Equal(["demo", "create", "send", "receive", "set", "get", "list", "inspect", "verify", "recover", "remove", "watch", "bench"], commands);
    }

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("64K", 65536)]
    [InlineData("4KiB", 4096)]
    [InlineData("100kb", 131072)]
    [InlineData("0.5MiB", 524288)]
    public void Sizes_mean_what_their_units_say_and_are_rounded_up_to_a_power_of_two(string size, long capacityBytes)
    {
        using CliScene scene = new();
        _ = scene.Create("sized", "--capacity", size);
        Assert.Equal(capacityBytes, scene.Inspect("sized").CapacityBytes);
    }
}
