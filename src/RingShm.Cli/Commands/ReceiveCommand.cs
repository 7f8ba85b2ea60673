using System.CommandLine;
using System.Diagnostics;

namespace RingShm.Cli.Commands;

internal static class ReceiveCommand
{
    private const string Description = """
        Print messages to standard output, each as a line.

        Without --follow it prints what is there and ends. A message leaves the ring only after it was written to standard
        output in full: whatever stops this command, the next one goes on with the first message that was not printed.
        """;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

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
        Command command = new("receive", Description) { name, count, follow, raw, lengthPrefixed, timeout, waitForRing };
        command.SetAction(result =>
        {
            Framing framing = Shared.FramingOf(result, raw, lengthPrefixed);
            bool follows = result.GetValue(follow);
            bool waitsForRing = result.GetValue(waitForRing);
            if (!follows && !waitsForRing && result.GetResult(timeout) != null)
                throw CommandException.Usage("--timeout needs --follow or --wait-for-ring.");
            TimeSpan longest = Shared.TimeoutOf(result, timeout);
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            using SpscRing ring = waitsForRing ? WaitFor(region, longest, ending.Token) : Open(region);
            using SpscConsumer consumer = ring.AttachConsumer();
            StandardOutput output = StandardOutput.Open();
            OutputPump pump = new(output, framing);
            try
            {
                new RingReceiver(consumer, output, pump, region.ToString(), ending.Token)
                    .Run(result.GetValue(count) ?? long.MaxValue, follows, longest, ring.CapacityBytes);
            }
            finally
            {
                if (pump.RedeliveredMessages > 0)
                    Console.Error.WriteLine(
                        $"ringshm: {pump.RedeliveredMessages} of these messages may have been received before, by a process that died.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static SpscRing Open(RegionName region) => SpscRing.Open(region, new RingOptions { PrefaultPages = false });

    private static SpscRing WaitFor(RegionName region, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return Open(region);
            }
            catch (RingNotFoundException)
            {
                if (timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(start) >= timeout)
                    throw CommandException.TimedOut($"The ring '{region}' did not appear for {timeout.TotalSeconds} s.");
            }

            cancellationToken.WaitHandle.WaitOne(LookEvery);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
