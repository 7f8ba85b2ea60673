using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>What a message costs in system calls, counted by strace over a pinned pair of processes.</summary>
public sealed class SystemCallTests
{
    private const long ManyMessages = 1_000_000;
    private const long FewMessages = 1_000;

    /// <summary>
    /// Calls that a run of a second more may make on its own account (timers, tiering up, the garbage collector). One call per
    /// message, or per hundred, would be far beyond it.
    /// </summary>
    private const long Noise = ManyMessages / 250;

    [Fact]
    public void A_million_messages_between_two_processes_cost_no_more_system_calls_than_a_thousand()
    {
        string strace = SystemCallTrace.Require();
        Assert.SkipWhen(Environment.ProcessorCount < 2, "Two processes that only spin need two processors.");
        long few = CallsFor(strace, FewMessages);
        long many = CallsFor(strace, ManyMessages);
        TestContext.Current.TestOutputHelper?.WriteLine($"{FewMessages} messages: {few} calls; {ManyMessages} messages: {many} calls");
        Assert.True(few > 0, "The trace is empty.");
        Assert.True(many < few + Noise, $"{FewMessages} messages took {few} system calls, {ManyMessages} took {many}.");
    }

    private static long CallsFor(string strace, long messages)
    {
        using Scene scene = new();
        string log = Path.Combine(Path.GetTempPath(), scene.Name + ".strace");
        try
        {
            Peer pair = scene.StartThrough(
                strace, ["-f", "-c", "-o", log], "pair", $"count={messages.ToString(CultureInfo.InvariantCulture)}");
            pair.ExpectSuccess();
            Assert.True(pair.HasSaid("done"), pair.Description);
            // The summary's last line: percent, seconds, microseconds per call, calls, errors, "total".
            string total = File.ReadLines(log).Last(static line => line.EndsWith(" total", StringComparison.Ordinal));
            return long.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(log);
        }
    }
}
