using System.CommandLine;
using System.Diagnostics;
using RingShm.Cli.Watch;

namespace RingShm.Cli.Commands;

internal static class WatchCommand
{
    private const double DefaultSeconds = 1;

    private const string Description = """
        Show what goes through a ring: rates, fill, who is there, what was recovered.

        At a terminal the picture is drawn anew at each interval; into a file or a pipe goes one line for each. Only looks: the
        ring is mapped read-only, and only for the moment of each look. Ends when the ring is removed, or with Ctrl-C.
        """;

    /// <summary>How often a wait looks whether anybody still reads what we write.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<TimeSpan> interval = new("--interval")
        {
            Description = $"Time between two looks [default: {DefaultSeconds}]",
            HelpName = "SECONDS",
            CustomParser = static result => SizeParser.ParseSeconds(result, shortest: 0.01, longest: 86_400),
        };
        Option<long?> count = new("--count") { Description = "End after this many intervals", HelpName = "N", CustomParser = SizeParser.ParseCount };
        Option<bool> json = Shared.Json();
        json.Description = "Print one JSON document on a line for each interval";
        Command command = new("watch", Description) { name, interval, count, json };
        command.SetAction(result =>
        {
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            TimeSpan pause = result.GetResult(interval) is null ? TimeSpan.FromSeconds(DefaultSeconds) : result.GetValue(interval);
            long limit = result.GetValue(count) ?? long.MaxValue;
            RingInfo first = Ring.Inspect(region);
            bool isThere = true;
            if (result.GetValue(json) || !Screen.IsInteractive)
            {
                StandardOutput output = StandardOutput.Open();
                IWatchView view = result.GetValue(json) ? new JsonWatchView(output) : new LineWatchView(output);
                isThere = Run(region, first, pause, limit, view, output, ending.Token);
            }
            else
            {
                LiveWatchView.Run(view => isThere = Run(region, first, pause, limit, view, output: null, ending.Token));
            }

            if (!isThere)
                Console.Error.WriteLine($"ringshm: '{region}' was removed.");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Shows one sample for each interval. False when the ring is gone.</summary>
    private static bool Run(
        RegionName region, RingInfo first, TimeSpan pause, long limit, IWatchView view, StandardOutput? output, CancellationToken cancellationToken)
    {
        RingInfo before = first;
        long lookedAt = Stopwatch.GetTimestamp();
        view.Begin(WatchSample.Of(before, before, TimeSpan.Zero));
        for (long i = 0; i < limit; i++)
        {
            Wait(lookedAt, pause, output, cancellationToken);
            RingInfo now;
            try
            {
                now = Ring.Inspect(region);
            }
            catch (RingNotFoundException)
            {
                return false;
            }

            long at = Stopwatch.GetTimestamp();
            view.Show(WatchSample.Of(before, now, Stopwatch.GetElapsedTime(lookedAt, at)));
            (before, lookedAt) = (now, at);
        }

        return true;
    }

    private static void Wait(long since, TimeSpan pause, StandardOutput? output, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (output is { IsReaderGone: true })
                throw new ClosedPipeException();
            TimeSpan left = pause - Stopwatch.GetElapsedTime(since);
            if (left <= TimeSpan.Zero)
                return;
            cancellationToken.WaitHandle.WaitOne(left < LookEvery ? left : LookEvery);
        }
    }
}
