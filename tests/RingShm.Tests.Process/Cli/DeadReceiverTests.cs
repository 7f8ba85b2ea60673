using System.Globalization;
using System.Text;
using System.Text.Json;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>A receiver of a shared ring is killed while it holds messages: nothing is lost, and what may be double is said to be.</summary>
public sealed class DeadReceiverTests
{
    private const int LineCount = 20_000;

    [Fact]
    public void Lines_of_a_killed_receiver_go_to_another_one_and_are_marked()
    {
        using Killed killed = new("redeliver");
        CliResult result = killed.Scene.Run("receive", killed.Name, "--mark-redelivered");
        Assert.Equal(0, result.ExitCode);
        (string Mark, string Line)[] rest = [.. LinesOf(result.Text).Select(line => (line[..2], line[2..]))];
        string[] marked = [.. rest.Where(line => line.Mark == "1\t").Select(line => line.Line)];
        string[] unmarked = [.. rest.Where(line => line.Mark == "0\t").Select(line => line.Line)];
        Assert.Equal(rest.Length, marked.Length + unmarked.Length);

        // Nothing is lost, nobody gets a line twice from one receiver, and what both have is marked.
        Assert.Equal(killed.Lines, killed.Printed.Union(marked).Union(unmarked).Order(StringComparer.Ordinal));
        Assert.Equal(rest.Length, rest.Select(line => line.Line).Distinct().Count());
        Assert.Empty(killed.Printed.Intersect(unmarked));
        // It was killed in the middle of writing them, so some of what it held was printed.
        Assert.NotEmpty(killed.Printed.Intersect(marked));
        Assert.Equal($"ringshm: {marked.Length} of these messages may", result.Error[..result.Error.IndexOf(" have", StringComparison.Ordinal)]);
        killed.Scene.Run("verify", killed.Name).ExpectDone();
        RingInfo info = killed.Scene.Inspect("killed");
        Assert.Equal((marked.Length, marked.Length, 0L), (info.MessagesRedelivered, info.LeasesRecovered, info.MessagesDropped));
    }

    [Fact]
    public void A_stopped_receiver_holds_the_others_up_and_its_death_lets_them_go_on()
    {
        using CliScene scene = new();
        string name = scene.Create("killed", "--kind", "mpmc", "--capacity", "64KiB", "--max-message", "50");
        string[] lines = AllLines();
        using Ringshm sender = scene.Start("send", name, "--wait", "--complete");
        sender.Feed(BytesOf(lines));
        // Nobody reads what this one prints, so it comes to a stop with messages in its hands.
        using Ringshm victim = scene.Start("receive", name, "--follow");
        WaitUntilItRests(scene);
        using Ringshm survivor = scene.Start("receive", name, "--follow", "--mark-redelivered");
        Task<CliResult> surviving = Task.Run(survivor.Finish);
        Watchdog.Until(() => scene.Inspect("killed").Participants.Count == 3, "the survivor attaching");
        WaitUntilItRests(scene);
        Assert.False(sender.HasExited || surviving.IsCompleted);

        victim.Kill();
        sender.Finish().ExpectDone();
        string[] printed = PrintedBy(victim);
        string[] rest = LinesOf(TextOf(surviving));
        Assert.Equal(lines, printed.Union(rest.Select(line => line[2..])).Order(StringComparer.Ordinal));
        Assert.Equal(rest.Length, rest.Select(line => line[2..]).Distinct().Count());
        Assert.All(rest.Where(line => printed.Contains(line[2..])), line => Assert.StartsWith("1\t", line, StringComparison.Ordinal));
        Assert.Contains(rest, line => line.StartsWith("1\t", StringComparison.Ordinal));
        scene.Run("verify", name).ExpectDone();
    }

    [Fact]
    public void Recover_returns_what_a_killed_receiver_held_and_says_so_once()
    {
        using Killed killed = new("redeliver");
        // A ring with a dead participant is a sound ring.
        killed.Scene.Run("verify", killed.Name).ExpectDone();
        using JsonDocument json = JsonDocument.Parse(killed.Scene.Run("recover", killed.Name, "--json").ExpectDone().Output);
        JsonElement found = json.RootElement;
        Assert.Equal((killed.Name, "mpmc"), (found.GetProperty("name").GetString(), found.GetProperty("kind").GetString()));
        Assert.Equal((1, 0), (found.GetProperty("rowsSwept").GetInt32(), found.GetProperty("rowsWaiting").GetInt32()));
        Assert.Equal((0, 0), (found.GetProperty("claimsRecovered").GetInt64(), found.GetProperty("messagesDropped").GetInt64()));
        long returned = found.GetProperty("messagesReturned").GetInt64();
        Assert.True(returned > 0);
        Assert.Equal($"'{killed.Name}': nothing to mend.", killed.Scene.Run("recover", killed.Name).ExpectDone().Text.TrimEnd());

        killed.Scene.Run("verify", killed.Name).ExpectDone();
        using (JsonDocument inspected = JsonDocument.Parse(killed.Scene.Run("inspect", killed.Name, "--json").ExpectDone().Output))
        {
            Assert.Equal(returned, inspected.RootElement.GetProperty("messagesReturned").GetInt64());
            Assert.Equal(1, inspected.RootElement.GetProperty("participantsRecovered").GetInt64());
            Assert.Equal(64, inspected.RootElement.GetProperty("maxParticipants").GetInt32());
            Assert.Equal(0, inspected.RootElement.GetProperty("participants").GetArrayLength());
        }

        string[] rest = LinesOf(killed.Scene.Run("receive", killed.Name, "--mark-redelivered").Text);
        Assert.Equal(returned, rest.Count(line => line.StartsWith('1')));
    }

    [Fact]
    public void A_ring_made_to_drop_delivers_nothing_twice_and_counts_what_it_dropped()
    {
        using Killed killed = new("drop");
        string text = killed.Scene.Run("recover", killed.Name).ExpectDone().Text;
        long dropped = killed.Scene.Inspect("killed").MessagesDropped;
        Assert.Contains("1 dead participant cleared away", text, StringComparison.Ordinal);
        Assert.Contains($"{dropped.ToString("N0", CultureInfo.InvariantCulture)} messages dropped", text, StringComparison.Ordinal);
        string[] rest = LinesOf(killed.Scene.Run("receive", killed.Name).ExpectDone().Text);
        Assert.Empty(killed.Printed.Intersect(rest));
        // What is in neither was in the hands of the dead one.
        Assert.InRange(LineCount - killed.Printed.Length - rest.Length, 0, dropped);
        Assert.True(dropped > 0);
    }

    [Fact]
    public void Recover_mends_nothing_in_an_spsc_ring()
    {
        using CliScene scene = new();
        string name = scene.Create("simple");
        using (Ringshm receiver = scene.Start("receive", name, "--follow"))
        {
            Watchdog.Until(() => scene.Inspect("simple").Participants.Count == 1, "the receiver attaching");
            receiver.Kill();
        }

        Assert.Contains("nothing to mend", scene.Run("recover", name).ExpectDone().Text, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(scene.Run("recover", name, "--json").ExpectDone().Output);
        Assert.Equal("spsc", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal(0, json.RootElement.GetProperty("rowsSwept").GetInt32());
    }

    [Fact]
    public void List_counts_the_living_and_the_dead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names are files on Linux alone.");
        using Killed killed = new("redeliver");
        using Ringshm first = killed.Scene.Start("send", killed.Name);
        using Ringshm second = killed.Scene.Start("send", killed.Name);
        Watchdog.Until(() => killed.Scene.Inspect("killed").Participants.Count == 3, "the senders attaching");
        string text = killed.Scene.Run("list").ExpectDone().Text;
        Assert.Contains("2 producers alive, 1 consumer dead", text, StringComparison.Ordinal);
    }

    private static string[] AllLines() =>
        [.. Enumerable.Range(0, LineCount).Select(i => i.ToString("00000 ........................", CultureInfo.InvariantCulture))];

    private static byte[] BytesOf(string[] lines) => Encoding.ASCII.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static string[] LinesOf(string text) => text.Split('\n')[..^1];

    private static string TextOf(Task<CliResult> running)
    {
        CliResult result = running.Result;
        Assert.Equal(0, result.ExitCode);
        return result.Text;
    }

    /// <summary>What came out of a killed receiver. The last line may be half a line, and does not count.</summary>
    private static string[] PrintedBy(Ringshm receiver)
    {
        using StreamReader printed = new(receiver.Output, Encoding.ASCII);
        return LinesOf(printed.ReadToEnd());
    }

    /// <summary>Something was taken from the ring, and nothing moves any more.</summary>
    private static void WaitUntilItRests(CliScene scene)
    {
        (long, long) last = (-1, -1);
        int same = 0;
        Watchdog.Until(
            () =>
            {
                RingInfo info = scene.Inspect("killed");
                (long Position, long) now = (info.ConsumerPosition, info.MessagesWritten);
                same = now == last && now.Position > 0 ? same + 1 : 0;
                last = now;
                Thread.Sleep(10);
                return same > 40;
            },
            "the receiver filling the pipe");
    }

    /// <summary>A ring with a receiver in it that was killed while it could not get rid of what it had taken.</summary>
    private sealed class Killed : IDisposable
    {
        public Killed(string policy)
        {
            Name = Scene.Create("killed", "--kind", "mpmc", "--capacity", "4MiB", "--max-message", "50", "--dead-consumers", policy);
            Scene.RunWith(BytesOf(Lines), "send", Name).ExpectDone();
            using Ringshm receiver = Scene.Start("receive", Name, "--follow");
            WaitUntilItRests(Scene);
            receiver.Kill();
            Printed = PrintedBy(receiver);
            Assert.InRange(Printed.Length, 1, LineCount - 1);
        }

        public CliScene Scene { get; } = new();

        public string Name { get; }

        public string[] Lines { get; } = AllLines();

        /// <summary>What came out of it before it died.</summary>
        public string[] Printed { get; }

        public void Dispose() => Scene.Dispose();
    }
}
