using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>The demo shows what it says, and leaves neither a process nor a region behind, however it ends.</summary>
public sealed class DemoTests
{
    private const int Interrupted = 130;

    [Fact]
    public void The_demo_streams_a_file_and_measures()
    {
        using CliScene scene = new();
        string input = scene.PathOf("input.bin");
        byte[] bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(input, bytes);
        using JsonDocument json = JsonDocument.Parse(scene.Run("demo", "--input", input, "--seconds", "0.2", "--json").ExpectDone().Output);
        JsonElement stream = json.RootElement.GetProperty("stream");
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal(bytes.Length, stream.GetProperty("bytes").GetInt64());
        Assert.Equal((hash, hash), (stream.GetProperty("sentSha256").GetString(), stream.GetProperty("receivedSha256").GetString()));
        Assert.Equal(3, json.RootElement.GetProperty("throughput").GetArrayLength());
        Assert.All(
            json.RootElement.GetProperty("throughput").EnumerateArray(),
            line => Assert.True(line.GetProperty("messagesPerSecond").GetDouble() > 0));
        JsonElement roundTrip = json.RootElement.GetProperty("roundTrip");
        Assert.True(roundTrip.GetProperty("p50Nanoseconds").GetInt64() > 0);
        Assert.Equal(
            roundTrip.GetProperty("roundTrips").GetInt64(),
            roundTrip.GetProperty("histogram").EnumerateArray().Sum(bucket => bucket.GetProperty("roundTrips").GetInt64()));
        Assert.Equal([input], Directory.GetFiles(scene.Folder));
    }

    [Fact]
    public void The_demo_prints_its_findings_for_people()
    {
        using CliScene scene = new();
        string input = scene.PathOf("empty");
        File.WriteAllBytes(input, []);
        string text = scene.Run("demo", "--input", input, "--seconds", "0.1").ExpectDone().Text;
        foreach (string words in (string[])["SHA-256", "equal", "MILLION/S", "P99.9"])
            Assert.Contains(words, text, StringComparison.Ordinal);
        scene.Run("demo", "--input", scene.PathOf("missing")).ExpectFailure(2, "missing");
    }

    [Fact]
    public void Ctrl_C_ends_both_processes_and_removes_the_regions()
    {
        using Running demo = new();
        demo.Command.Interrupt();
        CliResult result = demo.Command.Finish();
        Assert.Equal((Interrupted, ""), (result.ExitCode, result.Error));
        demo.ExpectNothingLeft();
    }

    [Fact]
    public void A_demo_whose_second_process_dies_says_so()
    {
        using Running demo = new();
        ProcessControl.KillStranger(demo.PeerId);
        demo.Command.Finish().ExpectFailure(2, "peer process");
        demo.ExpectNothingLeft();
    }

    [Fact]
    public void A_killed_demo_takes_its_second_process_along()
    {
        using Running demo = new();
        demo.Command.Kill();
        demo.ExpectNothingLeft();
    }

    /// <summary>A demo in the middle of its work.</summary>
    private sealed class Running : IDisposable
    {
        private readonly CliScene _scene = new();

        public Running()
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "The demo's child is found through /proc, which Windows does not have.");
            Command = _scene.Start("demo", "--seconds", "1000");
            string children = $"/proc/{Command.Id.ToString(CultureInfo.InvariantCulture)}/task";
            Watchdog.Until(() => FindPeer(children) != 0, "the second process starting");
            PeerId = FindPeer(children);
            // The second line of output: both have the rings open, and the files are under way.
            using StreamReader output = new(Command.Output, leaveOpen: true);
            Assert.Contains("Waiting", output.ReadLine(), StringComparison.Ordinal);
            Assert.Contains("Real bytes", output.ReadLine(), StringComparison.Ordinal);
        }

        public Ringshm Command { get; }

        public int PeerId { get; }

        public void ExpectNothingLeft()
        {
            Watchdog.Until(() => ProcessControl.StateOf(PeerId) is '-' or 'Z', "the second process ending");
            Watchdog.Until(() => Directory.GetFiles(_scene.Folder).Length == 0, "the regions going");
        }

        public void Dispose()
        {
            Command.Dispose();
            _scene.Dispose();
        }

        private static int FindPeer(string tasks) => Directory.GetDirectories(tasks)
            .Select(task => File.ReadAllText(Path.Combine(task, "children")))
            .SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture))
            .FirstOrDefault();
    }
}
