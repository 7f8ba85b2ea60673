using System.Security.Cryptography;
using System.Text;

namespace RingShm.Tests.Processes.Cli;

/// <summary>What goes into send comes out of receive, byte for byte, whatever the bytes.</summary>
public sealed class PassThroughTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\n\n")]
    [InlineData("no newline")]
    [InlineData("one\n")]
    [InlineData("one\n\ntwo\r\n\0three")]
    [InlineData("exactly-sixteen!\nseventeen-bytes-!\nexactly-sixteen!")]
    [InlineData("a line that is longer than the longest message of the ring, by far\nand another one that is as long as that, without end")]
    public void Lines_pass_unchanged(string text)
    {
        using CliScene scene = new();
        string name = scene.Create("text", "--capacity", "4KiB", "--max-message", "16");
        scene.RunWith(text, "send", name).ExpectDone();
        Assert.Equal(text, scene.Run("receive", name).ExpectDone().Text);
    }

    [Fact]
    public void Each_line_is_one_message_without_its_newline()
    {
        using CliScene scene = new();
        string name = scene.Create("text");
        scene.RunWith("one\n\nthree", "send", name).ExpectDone();
        Assert.Equal(3, scene.Inspect("text").MessagesWritten);
        byte[] expected = [3, 0, 0, 0, .. "one"u8, 0, 0, 0, 0, 5, 0, 0, 0, .. "three"u8];
        Assert.Equal(expected, scene.Run("receive", name, "--length-prefixed").ExpectDone().Output);
    }

    [Fact]
    public void A_file_sent_in_two_halves_comes_out_whole()
    {
        using CliScene scene = new();
        string name = scene.Create("halves");
        scene.RunWith("first, unfinished ", "send", name).ExpectDone();
        scene.RunWith("line\nlast", "send", name).ExpectDone();
        Assert.Equal("first, unfinished line\nlast", scene.Run("receive", name).ExpectDone().Text);
    }

    [Theory]
    [InlineData(1, "lines", 100, 4 << 10)]
    [InlineData(2, "lines", 1, 1 << 10)]
    [InlineData(3, "lines", 100_000, 1 << 20)]
    [InlineData(4, "raw", 7, 1 << 10)]
    [InlineData(5, "raw", 60_000, 64 << 10)]
    [InlineData(6, "frames", 1000, 4 << 10)]
    [InlineData(7, "frames", 100_000, 256 << 10)]
    public void Random_bytes_stream_unchanged_through_a_small_ring_while_both_sides_run(
        int seed, string framing, int maxMessageBytes, int capacityBytes)
    {
        const int InputBytes = 700_000;
        using CliScene scene = new();
        byte[] input = framing == "frames" ? RandomFrames(seed, maxMessageBytes, InputBytes) : RandomBytes(seed, InputBytes);
        string[] options = framing switch { "raw" => ["--raw"], "frames" => ["--length-prefixed"], _ => [] };
        string name = scene.Create("stream", "--capacity", $"{capacityBytes}", "--max-message", $"{maxMessageBytes}");
        using Ringshm sender = scene.Start(["send", name, "--wait", "--complete", .. options]);
        sender.Feed(input);
        CliResult received = scene.Run(["receive", name, "--follow", .. options]).ExpectDone();
        sender.Finish().ExpectDone();
        Assert.Equal(input.Length, received.Output.Length);
        Assert.Equal(SHA256.HashData(input), SHA256.HashData(received.Output));
        scene.Run("verify", name).ExpectDone();
    }

    [Fact]
    public void A_sender_can_make_the_ring_that_a_receiver_waits_for()
    {
        using CliScene scene = new();
        string name = scene.NameOf("later");
        using Ringshm receiver = scene.Start("receive", name, "--wait-for-ring", "--follow");
        using Ringshm sender = scene.Start("send", name, "--create-if-missing", "--capacity", "8KiB", "--complete");
        sender.Feed(Encoding.UTF8.GetBytes("hello\n"));
        sender.Finish().ExpectDone();
        Assert.Equal("hello\n", receiver.Finish().ExpectDone().Text);
        Assert.Equal(8192, scene.Inspect("later").CapacityBytes);
    }

    /// <summary>Random bytes, with newlines in some stretches far more often than chance would have them.</summary>
    private static byte[] RandomBytes(int seed, int count)
    {
        Random random = new(seed);
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        for (int i = 0; i < count; i++)
        {
            if ((i >> 12) % 3 == 0 && random.Next(4) == 0)
                bytes[i] = (byte)'\n';
        }

        return bytes;
    }

    private static byte[] RandomFrames(int seed, int maxMessageBytes, int count)
    {
        Random random = new(seed);
        using MemoryStream frames = new();
        while (frames.Length < count)
        {
            byte[] message = new byte[random.Next(3) == 0 ? random.Next(8) : random.Next(maxMessageBytes + 1)];
            random.NextBytes(message);
            frames.Write(BitConverter.GetBytes(message.Length));
            frames.Write(message);
        }

        return frames.ToArray();
    }
}
