using System.Text;
using System.Text.Json;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>Watching a ring shows what happens in it, changes nothing, and ends when it should.</summary>
public sealed class WatchTests
{
    private const int Interrupted = 130;

    [Theory]
    [InlineData("spsc")]
    [InlineData("mpmc")]
    public void The_rates_of_all_intervals_add_up_to_what_was_written_and_read(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGINT can be sent to one process on Unix; on Windows Ctrl-C goes to the whole console.");
        const int Messages = 5000;
        using CliScene scene = new();
        string name = scene.Create("watched", "--kind", kind);
        using Ringshm watch = scene.Start("watch", name, "--json", "--interval", "0.02");
        using StreamReader lines = new(watch.Output, leaveOpen: true);
        Assert.Equal(0, Parse(lines.ReadLine()!).GetProperty("messagesWritten").GetInt64());
        scene.RunWith(string.Concat(Enumerable.Range(0, Messages).Select(i => $"{i}\n")), "send", name).ExpectDone();
        scene.Run("receive", name, "--count", "4000").ExpectDone();
        double written = 0;
        double read = 0;
        JsonElement sample;
        do
        {
            sample = Parse(lines.ReadLine()!);
            written += sample.GetProperty("writtenPerSecond").GetDouble() * sample.GetProperty("seconds").GetDouble();
            read += sample.GetProperty("readPerSecond").GetDouble() * sample.GetProperty("seconds").GetDouble();
        }
        while (sample.GetProperty("messagesRead").GetInt64() < 4000 || sample.GetProperty("consumers").GetInt32() > 0);
        Assert.Equal((Messages, 4000), (Math.Round(written), Math.Round(read)));
        Assert.Equal((kind, name), (sample.GetProperty("kind").GetString(), sample.GetProperty("name").GetString()));
        Assert.True(sample.GetProperty("usedBytes").GetInt64() > 0);
        watch.Interrupt();
        Assert.Equal((Interrupted, ""), (watch.FinishUnread().ExitCode, watch.FinishUnread().Error));
    }

    [Fact]
    public void Without_a_terminal_a_heading_and_a_line_for_each_interval()
    {
        using CliScene scene = new();
        string name = scene.Create("watched", "--kind", "mpmc");
        scene.RunWith("1\n2\n3\n", "send", name).ExpectDone();
        string[] lines = scene.Run("watch", name, "--interval", "0.01", "--count", "3").ExpectDone().Text.Split('\n')[..^1];
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("TIME", lines[0], StringComparison.Ordinal);
        // As many cells as headings, for whoever cuts them.
        Assert.All(lines, line => Assert.Equal(10, line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Fact]
    public void The_living_and_the_dead_are_told_apart()
    {
        using CliScene scene = new();
        string name = scene.Create("watched", "--kind", "mpmc");
        using Ringshm sender = scene.Start("send", name);
        using Ringshm dead = scene.Start("receive", name, "--follow");
        Watchdog.Until(() => scene.Inspect("watched").Participants.Count == 2, "both attaching");
        dead.Kill();
        JsonElement sample = Parse(scene.Run("watch", name, "--json", "--interval", "0.01", "--count", "1").ExpectDone().Text);
        Assert.Equal(1, sample.GetProperty("producers").GetInt32());
        Assert.Equal(0, sample.GetProperty("consumers").GetInt32());
        Assert.Equal(1, sample.GetProperty("deadParticipants").GetInt32());
        scene.Run("recover", name).ExpectDone();
        sample = Parse(scene.Run("watch", name, "--json", "--interval", "0.01", "--count", "1").ExpectDone().Text);
        Assert.Equal(0, sample.GetProperty("deadParticipants").GetInt32());
        Assert.Equal(1, sample.GetProperty("participantsRecovered").GetInt64());
    }

    [Fact]
    public void Watching_changes_no_byte_of_the_region()
    {
        using CliScene scene = new();
        string name = scene.Create("watched", "--kind", "mpmc");
        scene.RunWith("1\n", "send", name).ExpectDone();
        byte[] before = File.ReadAllBytes(scene.PathOf("watched"));
        scene.Run("watch", name, "--interval", "0.01", "--count", "5").ExpectDone();
        Assert.Equal(before, File.ReadAllBytes(scene.PathOf("watched")));
    }

    [Fact]
    public void A_watch_ends_when_its_reader_goes_away()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows tells of a reader that has gone only at the next write.");
        using CliScene scene = new();
        string name = scene.Create("watched");
        using Ringshm watch = scene.Start("watch", name, "--interval", "80000");
        _ = watch.ReadOutput(4);
        watch.Output.Dispose();
        CliResult result = watch.FinishUnread();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public void A_watch_ends_when_the_ring_is_removed_and_says_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "On Windows a file that is just being looked at is not gone at once.");
        using CliScene scene = new();
        string name = scene.Create("watched");
        using Ringshm watch = scene.Start("watch", name, "--interval", "0.01");
        _ = watch.ReadOutput(300);
        scene.Run("remove", name).ExpectDone();
        CliResult result = watch.Finish();
        Assert.Equal((0, $"ringshm: '{name}' was removed."), (result.ExitCode, result.Error.TrimEnd()));
    }

    [Fact]
    public void At_a_terminal_a_picture_is_drawn()
    {
        const string Terminal = "/usr/bin/script";
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Terminal), "A terminal is made as on Linux.");
        using CliScene scene = new();
        string name = scene.Create("watched", "--kind", "mpmc");
        scene.RunWith("1\n2\n", "send", name).ExpectDone();
        string command = $"TERM=xterm-256color {Ringshm.Executable} watch {name} --interval 0.01 --count 3";
        using Ringshm watch = Ringshm.StartThrough(Terminal, scene.Folder, "--quiet", "--return", "--command", command, "/dev/null");
        CliResult result = watch.Finish();
        Assert.Equal(0, result.ExitCode);
        foreach (string words in (string[])["watched: mpmc, 1 MiB", "a second", "claims given up", "Ctrl-C ends."])
            Assert.Contains(words, result.Text, StringComparison.Ordinal);
        // Hidden while it draws, and there again at the end.
        Assert.Contains("\e[?25l", result.Text, StringComparison.Ordinal);
        Assert.True(result.Text.LastIndexOf("\e[?25h", StringComparison.Ordinal) > result.Text.LastIndexOf("\e[?25l", StringComparison.Ordinal));
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(Encoding.UTF8.GetBytes(line)).RootElement;
}
