using System.Globalization;
using System.Text;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>A receiver takes out of the ring exactly what it has printed, however it ends.</summary>
public sealed class ReceiveTests
{
    private const int Interrupted = 130;

    [Fact]
    public void Count_stops_after_that_many_and_leaves_the_rest()
    {
        using CliScene scene = new();
        string name = scene.Create("counted");
        scene.RunWith("1\n2\n3\n4\n5\n", "send", name).ExpectDone();
        Assert.Equal("", scene.Run("receive", name, "--count", "0").ExpectDone().Text);
        Assert.Equal("1\n2\n", scene.Run("receive", name, "--count", "2").ExpectDone().Text);
        Assert.Equal("3\n", scene.Run("receive", name, "--count", "1", "--follow").ExpectDone().Text);
        Assert.Equal("4\n5\n", scene.Run("receive", name, "--count", "9").ExpectDone().Text);
        Assert.Equal("", scene.Run("receive", name).ExpectDone().Text);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(3000)]
    [InlineData(40_000)]
    public void A_reader_that_goes_away_costs_no_message_that_was_not_printed(int lineBytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The pipe's size is known on Linux.");
        const int PipeBytes = 64 << 10;
        const int ReadBytes = 10_000;
        const int AllBytes = 600_000;
        using CliScene scene = new();
        string name = scene.Create("piped", "--capacity", "2MiB");
        string[] lines = [.. Enumerable.Range(0, AllBytes / lineBytes).Select(i => i.ToString(CultureInfo.InvariantCulture).PadLeft(lineBytes - 1))];
        scene.RunWith(string.Concat(lines.Select(line => line + "\n")), "send", name).ExpectDone();
        using (Ringshm receiver = scene.Start("receive", name, "--follow"))
        {
            Assert.Equal(string.Join('\n', lines)[..ReadBytes], Encoding.UTF8.GetString(receiver.ReadOutput(ReadBytes)));
            WaitUntilItRests(scene, "piped");
            receiver.Output.Dispose();
            CliResult result = receiver.FinishUnread();
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
        }

        CliResult second = scene.Run("receive", name);
        string[] rest = second.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(lines[^rest.Length..], rest);
        // What the first one had taken and could not print comes again, and is said to.
        Assert.Matches(@"^(ringshm: \d+ of these messages may have been received before, [^\n]*\n)?$", second.Error);
        // No more can be gone than the reader and the pipe took.
        Assert.InRange((lines.Length - rest.Length) * (long)lineBytes, 0, ReadBytes + PipeBytes);
        Assert.InRange(lines.Length - rest.Length, 1, lines.Length - 1);
    }

    [Fact]
    public void A_receiver_that_waits_notices_that_its_reader_has_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows tells of a reader that has gone only at the next write.");
        using CliScene scene = new();
        string name = scene.Create("idle");
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        Watchdog.Until(() => scene.Inspect("idle").Participants.Count == 1, "the receiver attaching");
        receiver.Output.Dispose();
        CliResult result = receiver.FinishUnread();
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public void Ctrl_C_ends_a_receiver_after_all_it_has_taken_was_printed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGINT can be sent to one process on Unix; on Windows Ctrl-C goes to the whole console.");
        using CliScene scene = new();
        string name = scene.Create("stopped");
        scene.RunWith("one\ntwo\n", "send", name).ExpectDone();
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(receiver.ReadOutput(8)));
        Watchdog.Until(() => scene.Inspect("stopped").MessagesRead == 2, "the messages going back");
        receiver.Interrupt();
        CliResult result = receiver.Finish();
        Assert.Equal((Interrupted, "", ""), (result.ExitCode, result.Text, result.Error));
        Assert.Empty(scene.Inspect("stopped").Participants);
    }

    [Fact]
    public void Ctrl_C_ends_a_receiver_whose_output_nobody_reads_and_nothing_is_lost()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGINT can be sent to one process on Unix; on Windows Ctrl-C goes to the whole console.");
        using CliScene scene = new();
        string name = scene.Create("stuck");
        string text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i}\n"));
        scene.RunWith(text, "send", name, "--wait").ExpectDone();
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        WaitUntilItRests(scene, "stuck");
        receiver.Interrupt();
        CliResult result = receiver.FinishUnread();
        Assert.Equal((Interrupted, ""), (result.ExitCode, result.Error));
        // What stands in the pipe was printed; what comes now begins there or before.
        using StreamReader printed = new(receiver.Output);
        string before = printed.ReadToEnd();
        string after = scene.Run("receive", name).Text;
        Assert.Equal(text, before[..^Overlap(before, after)] + after);
    }

    [Fact]
    public void Ctrl_C_ends_a_sender_that_waits_for_input_or_for_room()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGINT can be sent to one process on Unix; on Windows Ctrl-C goes to the whole console.");
        using CliScene scene = new();
        string idle = scene.Create("idle");
        string full = scene.Create("full", "--capacity", "64");
        using Ringshm reading = scene.Start("send", idle);
        using Ringshm waiting = scene.Start("send", full, "--wait");
        waiting.Feed(new byte[10_000]);
        Watchdog.Until(() => scene.Inspect("idle").Participants.Count == 1, "the sender attaching");
        Watchdog.Until(() => scene.Inspect("full").MessagesWritten > 0, "the sender filling the ring");
        reading.Interrupt();
        waiting.Interrupt();
        Assert.Equal((Interrupted, ""), (reading.Finish().ExitCode, reading.FinishUnread().Error));
        Assert.Equal((Interrupted, ""), (waiting.Finish().ExitCode, waiting.FinishUnread().Error));
        Assert.Empty(scene.Inspect("idle").Participants);
        Assert.Empty(scene.Inspect("full").Participants);
    }

    [Fact]
    public void A_successor_of_a_killed_receiver_says_what_may_have_come_before()
    {
        using CliScene scene = new();
        string name = scene.Create("killed");
        using Ringshm receiver = scene.Start("receive", name, "--follow");
        Watchdog.Until(() => scene.Inspect("killed").Participants.Count == 1, "the receiver attaching");
        receiver.Kill();
        scene.RunWith("one\n", "send", name).ExpectDone();
        CliResult result = scene.Run("receive", name);
        Assert.Equal((0, "one\n"), (result.ExitCode, result.Text));
    }

    /// <summary>The receiver has filled the pipe to its reader and waits.</summary>
    private static void WaitUntilItRests(CliScene scene, string ring)
    {
        long read = -1;
        int same = 0;
        Watchdog.Until(
            () =>
            {
                long now = scene.Inspect(ring).MessagesRead;
                same = now == read && now > 0 ? same + 1 : 0;
                read = now;
                Thread.Sleep(10);
                return same > 40;
            },
            "the receiver filling the pipe");
    }

    /// <summary>How long the longest end of the first text is with which the second begins.</summary>
    private static int Overlap(string first, string second)
    {
        for (int length = Math.Min(first.Length, second.Length); length > 0; length--)
        {
            if (first.AsSpan(first.Length - length).SequenceEqual(second.AsSpan(0, length)))
                return length;
        }

        return 0;
    }
}
