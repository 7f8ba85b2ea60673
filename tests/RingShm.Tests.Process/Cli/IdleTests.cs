using System.Diagnostics;
using System.Globalization;
using System.Text;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>
/// A command that waits sleeps: its thread leaves the processor once a slice of sleep, and not to look whether its own reader is
/// still there, or Ctrl-C was pressed. A sleep that nobody ends lasts its time at least, so the number is bounded on any machine.
/// </summary>
public sealed class IdleTests
{
    /// <summary>Those that no slice explains: a lock of the runtime, a page that comes late.</summary>
    private const int Others = 3;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(4);

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.ProcessFiles)]
    [InlineData("spsc", "receive", "--follow")]
    [InlineData("mpmc", "receive", "--follow")]
    [InlineData("broadcast", "receive", "--follow")]
    [InlineData("state", "get", "--follow", "--since", "0")]
    [InlineData("spsc", "send")]
    public void A_command_that_waits_sleeps_through_its_slices(string kind, string command, params string[] options)
    {
        using CliScene scene = new();
        string name = scene.Create("idle", "--kind", kind);
        using Ringshm waiting = scene.Start([command, name, .. options]);
        Watchdog.Until(() => scene.Inspect("idle").Participants.Count == 1, "the command attaching");
        ExpectSleep(waiting);
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.ProcessFiles)]
    [InlineData("spsc")]
    [InlineData("mpmc")]
    public void A_sender_without_room_sleeps_through_its_slices(string kind)
    {
        using CliScene scene = new();
        string name = scene.Create("full", "--kind", kind, "--capacity", "4KiB", "--max-message", "64");
        using Ringshm waiting = scene.Start("send", name, "--wait");
        waiting.Feed(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a line\n", 10_000))));
        Watchdog.Until(() => scene.Inspect("full").MessagesWritten > 0, "the sender filling the ring");
        ExpectSleep(waiting);
    }

    /// <summary>It looks for the dead meanwhile, often at first; but the other one lives, and may have a long job in hand.</summary>
    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.ProcessFiles)]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_waits_beside_a_live_consumer_that_holds_a_message_comes_to_sleep_through_its_slices(bool reads)
    {
        using CliScene scene = new();
        string name = scene.Create("held", "--kind", "mpmc", "--capacity", "4KiB", "--max-message", "64");
        using MpmcRing ring = MpmcRing.Open(RegionName.FromPath(scene.PathOf("held")));
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.True(producer.TryWrite("a long job"u8));
        Assert.True(consumer.TryRead(out Message held));
        while (!reads && producer.TryWrite("next"u8))
        {
            // Until it is full.
        }

        using Ringshm waiting = reads ? scene.Start("receive", name, "--follow") : scene.Start("send", name, "--wait");
        if (!reads)
            waiting.Feed("one more\n"u8.ToArray());
        Watchdog.Until(() => scene.Inspect("held").Participants.Count == 3, "the command attaching");
        ExpectSleep(waiting);
        held.Dispose();
    }

    private static void ExpectSleep(Ringshm command)
    {
        // Once what comes before the wait is over: it sleeps as long as a slice.
        long settled = -1;
        Watchdog.Until(
            () =>
            {
                long before = settled;
                settled = SleepsOf(command.Id);
                Thread.Sleep(200);
                return before == settled;
            },
            "the command settling");
        // Who never goes to sleep settles too, and would stay below any bound.
        Watchdog.Until(() => ProcessControl.StateOf(command.Id) == 'S', "the command sleeping");
        long start = Stopwatch.GetTimestamp();
        long sleeps = SleepsOf(command.Id);
        Thread.Sleep(Watched);
        sleeps = SleepsOf(command.Id) - sleeps;
        double slices = Stopwatch.GetElapsedTime(start) / WaitStrategy.Default.SleepSlice;
        TestContext.Current.TestOutputHelper?.WriteLine($"{sleeps} sleeps in {slices.ToString("F1", CultureInfo.InvariantCulture)} slices");
        Assert.False(command.HasExited);
        Watchdog.Until(() => ProcessControl.StateOf(command.Id) == 'S', "the command sleeping still");
        Assert.InRange(sleeps, 0, (long)slices + 1 + Others);
    }

    /// <summary>How often the command's main thread, which is the one that waits, has gone to sleep so far.</summary>
    private static long SleepsOf(int processId)
    {
        const string Field = "voluntary_ctxt_switches:";
        string line = File.ReadLines($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/status")
            .First(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..], CultureInfo.InvariantCulture);
    }
}
