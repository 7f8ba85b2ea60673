using System.Diagnostics;
using System.Globalization;
using RingShm.Load.Reporting;
using RingShm.Load.Results;
using Spectre.Console;

namespace RingShm.Load;

/// <summary>The leading process: starts the follower, has the conductor measure, shows what came out.</summary>
internal static class Leader
{
    public const string FollowCommand = "follow";

    private const int UsageExitCode = 1;
    private const int FailureExitCode = 2;
    private const int StuckExitCode = 3;
    private const int CancelledExitCode = 130;
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(120);

    public static int Run(LoadOptions options)
    {
        string? noPeers = options.Parts.Contains(Part.Peers) || options.Parts.Contains(Part.OpenLoop) ? NativePeers.TryBuild() : null;
        int[] asked = [.. Enumerable.Range(0, Catalog.Entries.Count).Where(i => Matches(Catalog.Entries[i], options))];
        int[] contestants = [.. asked.Where(i => Catalog.Entries[i].IsThere)];
        foreach (string missing in asked.Except(contestants).Select(i => Catalog.Entries[i].Name).Distinct())
            Console.Error.WriteLine($"Left out: {missing}: {noPeers ?? "its headers are not there, or it is not made for such messages"}");
        if (contestants.Length == 0)
        {
            Console.Error.WriteLine($"No contestant's title contains \"{options.Only}\".");
            return UsageExitCode;
        }

        if (Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("Two processors are needed; this machine offers one.");
            return FailureExitCode;
        }

        string runName = "ringshm-load-" + Guid.NewGuid().ToString("N");
        string how = "C# twin, as asked";
        NativeYardstick? yardstick = options.UseManagedYardstick ? null : NativeYardstick.TryBuild(out how);
        Machine machine = Machine.Describe(how);
        // However this ends (a failure in either process, Ctrl-C), no memory stays behind.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveLeftovers(runName);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Abandon(runName));
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Abandon(runName));
        using Stage stage = Stage.Create(runName);
        using Process follower = StartFollower(options, runName, yardstick);
        try
        {
            IReadOnlyList<Outcome> outcomes = Measure(options, contestants, new Conductor(options, stage, yardstick, runName));
            follower.WaitForExit();
            Tables.Show(options, machine, outcomes);
            ResultFile file = new(DateTimeOffset.UtcNow, machine, Tables.BurstsOf(options), [.. outcomes.Select(LoadResult.Of)]);
            if (options.JsonPath != null)
                file.Write(options.JsonPath);
            if (options.OutputFolder != null)
                ResultFolder.Write(options.OutputFolder, options.RunTitle, file, outcomes);
            return options.ComparedPath != null && Comparison.Show(ResultFile.Read(options.ComparedPath), file) > 0 ? FailureExitCode : 0;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or RingException or System.Text.Json.JsonException)
        {
            Console.Error.WriteLine(e.Message);
            return FailureExitCode;
        }
    }

    private static void Abandon(string runName)
    {
        RemoveLeftovers(runName);
        Environment.Exit(CancelledExitCode);
    }

    private static void RemoveLeftovers(string runName)
    {
        // A snapshot: enumerating a folder while deleting from it may skip entries.
        foreach (string path in Directory.GetFiles(SharedFile.Folder, $"*{runName}*"))
            File.Delete(path);
    }

    private static bool Matches(Entry entry, LoadOptions options) =>
        options.Parts.Contains(entry.Part)
        && (options.Only == null || entry.Title.Contains(options.Only, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<Outcome> Measure(LoadOptions options, int[] contestants, Conductor conductor)
    {
        long lastStep = Stopwatch.GetTimestamp();
        using Timer watchdog = new(
            _ =>
            {
                if (Stopwatch.GetElapsedTime(Volatile.Read(ref lastStep)) < LongestStep)
                    return;
                Console.Error.WriteLine($"Nothing has finished for {LongestStep.TotalSeconds} s: a burst is stuck.");
                Environment.Exit(StuckExitCode);
            },
            null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

        IReadOnlyList<Outcome> outcomes = [];
        // The bar is drawn between bursts, by this thread: one that draws in the background would run on a measured core.
        AnsiConsole.Progress().AutoRefresh(false).AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask("measuring");
            Pinning.PinTo(options.LeaderCpu);
            outcomes = conductor.Run(contestants, (step, steps) =>
            {
                Volatile.Write(ref lastStep, Stopwatch.GetTimestamp());
                task.MaxValue = steps;
                task.Value = step;
                context.Refresh();
            });
        });
        return outcomes;
    }

    private static Process StartFollower(LoadOptions options, string runName, NativeYardstick? yardstick)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true };
        // Started through the dotnet host, this program is that host's first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in LoadCommands.OwnPath)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add(FollowCommand);
        start.ArgumentList.Add(runName);
        start.ArgumentList.Add(options.FollowerCpu.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(options.RingBytes.ToString(CultureInfo.InvariantCulture));
        if (yardstick != null)
            start.ArgumentList.Add(yardstick.Path);
        Process follower = Process.Start(start)!;
        follower.EnableRaisingEvents = true;
        follower.Exited += (_, _) =>
        {
            if (follower.ExitCode == 0)
                return;
            // The leading thread spins on shared memory that nobody will write again.
            Console.Error.WriteLine($"The following process ended with exit code {follower.ExitCode}.");
            Environment.Exit(FailureExitCode);
        };
        return follower;
    }
}
