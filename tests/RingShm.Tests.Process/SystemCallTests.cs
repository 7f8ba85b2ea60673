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

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SystemCalls)]
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

    /// <summary>
    /// Nobody ever finds the ring full or empty here, so nobody looks for the dead: the path of a message makes no call.
    /// </summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SystemCalls)]
    public void A_million_messages_between_two_producers_and_two_consumers_cost_no_more_system_calls_than_a_thousand()
    {
        string strace = SystemCallTrace.Require();
        long few = CrowdCallsFor(strace, FewMessages, "apart=1").All;
        long many = CrowdCallsFor(strace, ManyMessages, "apart=1").All;
        TestContext.Current.TestOutputHelper?.WriteLine($"{FewMessages} messages: {few} calls; {ManyMessages} messages: {many} calls");
        Assert.True(few > 0, "The trace is empty.");
        Assert.True(many < few + (2 * Noise), $"{FewMessages} messages took {few} system calls, {ManyMessages} took {many}.");
    }

    /// <summary>
    /// All at once, a consumer that finds nothing and a producer that finds no room ask the kernel about locks of rows, and about
    /// nothing else: at the most every quarter of a millisecond of waiting, whatever the number of messages.
    /// </summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SystemCalls)]
    public void Two_producers_and_two_consumers_at_once_ask_the_kernel_about_locks_at_the_pace_of_the_clock_and_about_nothing_else()
    {
        const int Participants = 4;
        const long LooksPerSecond = 4_000;
        string strace = SystemCallTrace.Require();
        (long few, long fewLocks, _) = CrowdCallsFor(strace, FewMessages, "apart=0");
        (long many, long manyLocks, long seconds) = CrowdCallsFor(strace, ManyMessages, "apart=0");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{FewMessages} messages: {few} calls, {fewLocks} of them fcntl; {ManyMessages} messages in {seconds} s: {many} calls, {manyLocks} of them fcntl");
        Assert.True(
            many - manyLocks < few - fewLocks + (2 * Noise),
            $"Besides locks, {FewMessages} messages took {few - fewLocks} system calls, {ManyMessages} took {many - manyLocks}.");
        // Each look of each participant asks about every row at the most.
        Assert.True(
            manyLocks < fewLocks + Noise + (Participants * Participants * LooksPerSecond * seconds),
            $"{manyLocks} calls about locks in {seconds} s.");
    }

    /// <summary>One process that writes and reads in turn: nobody sleeps, so whoever rings finds nobody and asks the kernel nothing.</summary>
    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.SystemCalls)]
    [InlineData(RingKind.Mpmc)]
    [InlineData(RingKind.Broadcast)]
    [InlineData(RingKind.State)]
    public void A_million_operations_beside_nobody_who_sleeps_cost_no_more_system_calls_than_a_thousand(RingKind kind)
    {
        string strace = SystemCallTrace.Require();
        (long few, long fewFutexes) = BusyCallsFor(strace, kind, FewMessages);
        (long many, long manyFutexes) = BusyCallsFor(strace, kind, ManyMessages);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kind}: {FewMessages} operations: {few} calls, {fewFutexes} of them futex; {ManyMessages} operations: {many} calls, {manyFutexes} of them futex");
        Assert.True(few > 0, "The trace is empty.");
        Assert.True(many < few + Noise, $"{FewMessages} operations took {few} system calls, {ManyMessages} took {many}.");
    }

    private static (long All, long Futexes) BusyCallsFor(string strace, RingKind kind, long count)
    {
        using Scene scene = new();
        RingOptions options = new() { CapacityBytes = 4096, MaxMessageBytes = 64 };
        if (kind == RingKind.Mpmc)
            scene.CreateMpmcRing(options);
        else if (kind == RingKind.Broadcast)
            scene.CreateBroadcastRing(options);
        else
            scene.CreateStateCell(new RingOptions { MaxMessageBytes = 64 });
        string log = Path.Combine(Path.GetTempPath(), scene.Name + ".strace");
        try
        {
            Peer peer = scene.StartThrough(
                strace, ["-f", "-c", "-o", log], "busy", $"kind={kind}", $"count={count.ToString(CultureInfo.InvariantCulture)}");
            peer.ExpectSuccess();
            return (CallsIn(log, "total"), CallsIn(log, "futex"));
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static (long All, long Locks, long Seconds) CrowdCallsFor(string strace, long messages, string how)
    {
        using Scene scene = new();
        string log = Path.Combine(Path.GetTempPath(), scene.Name + ".strace");
        try
        {
            Peer crowd = scene.StartThrough(
                strace, ["-f", "-c", "-o", log], "mpmc-pairs", $"count={messages.ToString(CultureInfo.InvariantCulture)}", how);
            long seconds = long.Parse(crowd.Expect("took"), CultureInfo.InvariantCulture);
            crowd.ExpectSuccess();
            return (CallsIn(log, "total"), CallsIn(log, "fcntl"), seconds);
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>A line of the summary: percent, seconds, microseconds per call, calls, errors, name.</summary>
    private static long CallsIn(string log, string name) => File.ReadLines(log)
        .Where(line => line.EndsWith($" {name}", StringComparison.Ordinal))
        .Sum(static line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture));

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
