using System.CommandLine;
using System.Diagnostics;

namespace RingShm.Cli.Commands;

internal static class ReceiveCommand
{
    private const string Description = """
        Print messages to standard output, each as a line.

        Without --follow it prints what is there and ends. A message leaves the ring only after it was written to standard
        output in full: whatever stops this command, another one gets what it had not printed. An mpmc ring gives each message
        to one of the receivers that are there; a broadcast ring gives each to all, from where --from says.
        """;

    private static readonly (string Word, ReaderStart Value)[] Starts =
        [("oldest", ReaderStart.Oldest), ("newest", ReaderStart.Newest), ("next", ReaderStart.Next)];

    /// <summary>How often a ring that is waited for is looked for: at first, and after a while.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromMilliseconds(500);

    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<long?> count = new("--count")
        {
            Description = "Print at most this many messages",
            HelpName = "N",
            CustomParser = SizeParser.ParseCount,
        };
        Option<bool> follow = new("--follow") { Description = "Wait for more messages until the ring is completed and empty" };
        Option<bool> raw = Shared.Raw("Print the messages' bytes and nothing between them");
        Option<bool> lengthPrefixed = Shared.LengthPrefixed("Print frames: a length in 4 bytes, little-endian, then the message");
        Option<TimeSpan> timeout = Shared.Timeout("Give up (exit 3) after waiting this long for a message or for the ring");
        Option<bool> waitForRing = new("--wait-for-ring") { Description = "Wait until the ring exists" };
        Option<bool> mark = new("--mark-redelivered")
        {
            Description = "Begin each line with '1' and a tab if an earlier receiver may have printed it before it died, else with '0' and a tab",
        };
        Option<ReaderStart> from = new("--from")
        {
            Description = "Of a broadcast ring: begin at the oldest message that is retained, the newest one, or only the next",
            HelpName = "oldest|newest|next",
            CustomParser = static result => RingShape.Choose(result, Starts, "a place to begin"),
        };
        Command command = new("receive", Description) { name, from, count, follow, raw, lengthPrefixed, mark, timeout, waitForRing };
        command.SetAction(result =>
        {
            Framing framing = Shared.FramingOf(result, raw, lengthPrefixed);
            bool follows = result.GetValue(follow);
            bool waitsForRing = result.GetValue(waitForRing);
            if (!follows && !waitsForRing && result.GetResult(timeout) != null)
                throw CommandException.Usage("--timeout needs --follow or --wait-for-ring.");
            bool marks = result.GetValue(mark);
            if (marks && framing != Framing.Lines)
                throw CommandException.Usage("--mark-redelivered marks lines; it goes with neither --raw nor --length-prefixed.");
            TimeSpan longest = Shared.TimeoutOf(result, timeout);
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            ReaderStart start = result.GetValue(from);
            using OpenRing ring = waitsForRing ? WaitFor(region, start, longest, ending.Token) : Open(region, start);
            if (result.GetResult(from) != null && ring is not OpenBroadcastRing)
                throw CommandException.Failed($"'{region}' is no broadcast ring: its messages are for whoever takes them, and --from says nothing.");
            using IMessageSource source = ring.AttachReceiver();
            StandardOutput output = StandardOutput.Open();
            OutputPump pump = new(output, framing, marks);
            try
            {
                using RingReceiver receiver = new(ring, source, output, pump, region.ToString(), ending.Token);
                receiver.Run(result.GetValue(count) ?? long.MaxValue, follows, longest);
            }
            finally
            {
                if (pump.LostMessages > 0)
                    Console.Error.WriteLine($"ringshm: {pump.LostMessages} messages between these were written over before they could be received.");
                if (pump.RedeliveredMessages > 0)
                    Console.Error.WriteLine(
                        $"ringshm: {pump.RedeliveredMessages} of these messages may have been received before, by a process that died or could not print them.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static OpenRing Open(RegionName region, ReaderStart start) =>
        OpenRing.Open(region, new RingOptions { PrefaultPages = false }, RingKind.None, start);

    private static OpenRing WaitFor(RegionName region, ReaderStart from, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan pause = LookEvery;
        while (true)
        {
            try
            {
                return Open(region, from);
            }
            catch (RingNotFoundException)
            {
                if (timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(start) >= timeout)
                    throw CommandException.TimedOut($"The ring '{region}' did not appear for {timeout.TotalSeconds} s.");
            }

            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? LookAtLeastEvery : timeout - Stopwatch.GetElapsedTime(start);
            cancellationToken.WaitHandle.WaitOne(left < TimeSpan.Zero ? TimeSpan.Zero : left < pause ? left : pause);
            cancellationToken.ThrowIfCancellationRequested();
            pause = Longer(pause);
        }
    }

    /// <summary>Whoever waits long for a ring can wait a little longer, and costs next to nothing meanwhile.</summary>
    private static TimeSpan Longer(TimeSpan pause) => pause * 1.1 < LookAtLeastEvery ? pause * 1.1 : LookAtLeastEvery;
}
