using System.Security.Cryptography;
using System.Text;

namespace RingShm.Tests.Processes.Cli;

/// <summary>Several senders and receivers at one ring: every line comes out once, whole, and in its sender's order.</summary>
public sealed class SharedRingTests
{
    [Theory]
    [InlineData(1, 16 << 10, 200, "redeliver")]
    [InlineData(2, 1 << 20, 5000, "redeliver")]
    [InlineData(3, 2 << 10, 60, "drop")]
    public void Lines_of_three_senders_reach_two_receivers_exactly_once(int seed, int capacityBytes, int longestLine, string policy)
    {
        const int Senders = 3;
        const int LinesEach = 4000;
        using CliScene scene = new();
        string name = scene.Create(
            "pool", "--kind", "mpmc", "--capacity", $"{capacityBytes}", "--max-message", $"{longestLine}", "--dead-consumers", policy);
        string[][] sent = [.. Enumerable.Range(0, Senders).Select(sender => RandomLines(seed, sender, LinesEach, longestLine))];
        Ringshm[] senders = [.. sent.Select(_ => scene.Start("send", name, "--wait"))];
        Ringshm[] receivers = [scene.Start("receive", name, "--follow"), scene.Start("receive", name, "--follow")];
        Task<CliResult>[] receiving = [.. receivers.Select(receiver => Task.Run(receiver.Finish))];
        for (int i = 0; i < Senders; i++)
            senders[i].Feed(Encoding.Latin1.GetBytes(string.Concat(sent[i].Select(line => line + "\n"))));
        foreach (Ringshm sender in senders)
            sender.Finish().ExpectDone();
        scene.Run("send", name, "--complete").ExpectDone();
        string[][] received = [.. receiving.Select(task => LinesOf(task.Result.ExpectDone()))];

        Assert.Equal(HashOf(sent.SelectMany(lines => lines)), HashOf(received.SelectMany(lines => lines)));
        foreach (string[] lines in received)
        {
            foreach (IGrouping<char, string> ofOneSender in lines.GroupBy(line => line[0]))
                Assert.Equal(ofOneSender.Order(StringComparer.Ordinal), ofOneSender);
        }

        scene.Run("verify", name).ExpectDone();
        RingInfo info = scene.Inspect("pool");
        Assert.Equal((Senders * LinesEach, Senders * LinesEach, 0L), (info.MessagesWritten, info.MessagesRead, info.MessagesRedelivered));
        Assert.Empty(info.Participants);
        foreach (Ringshm command in senders.Concat(receivers))
            command.Dispose();
    }

    [Theory]
    [InlineData("--raw")]
    [InlineData("--length-prefixed")]
    public void Other_framings_pass_unchanged_between_one_sender_and_one_receiver(string framing)
    {
        using CliScene scene = new();
        string name = scene.Create("framed", "--kind", "mpmc", "--capacity", "4KiB", "--max-message", "300");
        byte[] input = new byte[100_000];
        new Random(5).NextBytes(input);
        if (framing == "--length-prefixed")
            input = [.. input.Chunk(250).SelectMany(chunk => (byte[])[.. BitConverter.GetBytes(chunk.Length), .. chunk])];
        using Ringshm sender = scene.Start("send", name, framing, "--wait", "--complete");
        sender.Feed(input);
        Assert.Equal(SHA256.HashData(input), SHA256.HashData(scene.Run("receive", name, framing, "--follow").ExpectDone().Output));
        sender.Finish().ExpectDone();
    }

    [Fact]
    public void A_line_is_one_message_also_the_last_one_without_its_newline()
    {
        using CliScene scene = new();
        string name = scene.Create("whole", "--kind", "mpmc", "--max-message", "16");
        scene.RunWith("one\ntwo", "send", name).ExpectDone();
        scene.RunWith("three\n", "send", name).ExpectDone();
        Assert.Equal("one\ntwo\nthree\n", scene.Run("receive", name).ExpectDone().Text);
    }

    [Fact]
    public void A_line_longer_than_a_message_is_an_error_where_its_parts_could_be_torn_apart()
    {
        using CliScene scene = new();
        string name = scene.Create("whole", "--kind", "mpmc", "--max-message", "16");
        scene.RunWith("exactly-sixteen!\nseventeen-bytes-!\nlost\n", "send", name).ExpectFailure(2, "16 bytes", "1 message was sent");
        // Found out while the line is still coming, too.
        scene.RunWith(new string('x', 1_000_000), "send", name).ExpectFailure(2, "16 bytes", "0 messages were sent");
        Assert.Equal("exactly-sixteen!\n", scene.Run("receive", name).ExpectDone().Text);
    }

    [Fact]
    public void A_sender_can_make_a_ring_as_asked_for_and_others_find_out_what_it_is()
    {
        using CliScene scene = new();
        string name = scene.NameOf("made");
        scene.RunWith("a\n", "send", name, "--create-if-missing", "--kind", "mpmc", "--max-participants", "5").ExpectDone();
        scene.RunWith("b\n", "send", name, "--create-if-missing").ExpectDone();
        RingInfo info = scene.Inspect("made");
        Assert.Equal((RingKind.Mpmc, 5), (info.Kind, info.MaxParticipants));
        Assert.Equal("0\ta\n", scene.Run("receive", name, "--count", "1", "--mark-redelivered").ExpectDone().Text);
        Assert.Equal("b\n", scene.Run("receive", name).ExpectDone().Text);
    }

    [Fact]
    public void After_one_sender_completes_the_ring_the_others_are_told()
    {
        using CliScene scene = new();
        string name = scene.Create("over", "--kind", "mpmc");
        using Ringshm other = scene.Start("send", name);
        Support.Watchdog.Until(() => scene.Inspect("over").Participants.Count == 1, "the other sender attaching");
        scene.RunWith("last\n", "send", name, "--complete").ExpectDone();
        other.Feed("too late\n"u8.ToArray());
        other.Finish().ExpectFailure(2, "completed", "0 messages were sent");
        Assert.Equal("last\n", scene.Run("receive", name, "--follow").ExpectDone().Text);
    }

    private static string[] LinesOf(CliResult result) => Encoding.Latin1.GetString(result.Output).Split('\n')[..^1];

    private static string HashOf(IEnumerable<string> lines) =>
        Convert.ToHexString(SHA256.HashData(Encoding.Latin1.GetBytes(string.Join('\n', lines.Order(StringComparer.Ordinal)))));

    /// <summary>Lines of any bytes, each unique by its sender and number, in rising order.</summary>
    private static string[] RandomLines(int seed, int sender, int count, int longest)
    {
        Random random = new((seed * 10) + sender);
        return
        [
            .. Enumerable.Range(0, count).Select(number =>
            {
                byte[] tail = new byte[random.Next(8) == 0 ? random.Next(longest - 8) : random.Next(20)];
                random.NextBytes(tail);
                tail.AsSpan().Replace((byte)'\n', (byte)' ');
                return $"{sender}:{number:00000}:{Encoding.Latin1.GetString(tail)}";
            }),
        ];
    }
}
