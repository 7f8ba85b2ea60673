using System.Diagnostics;
using System.Globalization;
using RingShm.Load.Reporting;
using RingShm.Load.Results;
using Spectre.Console;

namespace RingShm.Load.Crowd;

/// <summary>
/// Measures queues with many producers and many consumers. For each shape a troupe of processes is started, pinned, conducted
/// and ended; contestants that live in one process are played by a troupe of threads instead.
/// </summary>
/// <remarks>
/// <code>
///  this process: conducts, asleep while a burst runs
///  producer processes 0..N-1  ---->  queue in shared memory  ---->  consumer processes N..N+M-1
///  each numbers its messages         yardstick | contestant         each checks order and adds up every word
/// </code>
/// </remarks>
internal static class CrowdLeader
{
    public const string WorkerCommand = "crowd-worker";

    private const int UsageExitCode = 1;
    private const int FailureExitCode = 2;
    private const int StuckExitCode = 3;
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(120);
    private static long s_lastStep;

    public static int Run(CrowdOptions options)
    {
        string? noPeers = NativePeers.TryBuild();
        if (noPeers != null)
            Console.Error.WriteLine($"Native peers are left out: {noPeers}");
        foreach (CrowdEntry missing in CrowdCatalog.Entries.Where(entry => noPeers == null && !entry.IsThere))
            Console.Error.WriteLine($"Left out, its headers are not there: {missing.Title}");
        int[] entries = [.. Enumerable.Range(0, CrowdCatalog.Entries.Count).Where(i => IsAsked(CrowdCatalog.Entries[i], options))];
        if (entries.Length == 0)
        {
            Console.Error.WriteLine($"No contestant's title contains \"{options.Only}\".");
            return UsageExitCode;
        }

        string runName = "ringshm-crowd-" + Guid.NewGuid().ToString("N");
        Machine machine = Machine.Describe("plain Vyukov bounded queue in C#, on the same kind of memory");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveLeftovers(runName);
        s_lastStep = Stopwatch.GetTimestamp();
        using Timer watchdog = new(_ => EndIfStuck(), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        List<CrowdOutcome> outcomes = [];
        try
        {
            foreach (Shape shape in options.Shapes)
            {
                foreach (bool inProcess in new[] { false, true })
                {
                    int[] played = [.. entries.Where(i => CrowdCatalog.Entries[i].IsInProcess == inProcess)];
                    if (played.Length > 0)
                        outcomes.AddRange(Play(options, shape, played, inProcess, $"{runName}-{shape}-{(inProcess ? "t" : "p")}"));
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or RingException)
        {
            Console.Error.WriteLine(e.Message);
            return FailureExitCode;
        }

        CrowdReport.Show(options, machine, outcomes);
        ResultFile file = new(DateTimeOffset.UtcNow, machine, CrowdReport.BurstsOf(options), [.. outcomes.Select(LoadResult.Of)]);
        if (options.JsonPath != null)
            file.Write(options.JsonPath);
        if (options.OutputFolder != null)
            ResultFolder.Write(options.OutputFolder, $"crowd-{string.Join('-', options.Shapes)}", file, outcomes);
        return 0;
    }

    private static bool IsAsked(CrowdEntry entry, CrowdOptions options) =>
        entry.IsThere && (options.WithIdeas || !entry.IsExplored)
        && (options.Only == null || entry.Title.Contains(options.Only, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<CrowdOutcome> Play(CrowdOptions options, Shape shape, int[] entries, bool inProcess, string runName)
    {
        using CrowdStage stage = CrowdStage.Create(runName);
        List<Process> processes = [];
        List<Thread> threads = [];
        for (int i = 0; i < shape.Participants; i++)
        {
            // On Windows a whole process is pinned, so threads stay free there.
            bool isPinned = !inProcess || OperatingSystem.IsLinux();
            int cpu = isPinned ? CrowdPlacement.CpuOf(i, shape, options.Placement, Environment.ProcessorCount) : -1;
            CrowdCast cast = new(runName, i, cpu, options.Slots, shape, new CrowdWaiting(options.SpinsFor(shape), options.Pauses));
            if (inProcess)
            {
                Thread thread = new(() => CrowdWorker.Run(cast)) { IsBackground = true };
                thread.Start();
                threads.Add(thread);
            }
            else
            {
                processes.Add(StartWorker(cast));
            }
        }

        IReadOnlyList<CrowdOutcome> outcomes = [];
        // The bar is drawn between bursts: one that draws in the background would run on a measured core.
        AnsiConsole.Progress().AutoRefresh(false).AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask($"{shape}{(inProcess ? " threads" : "")}");
            outcomes = new CrowdConductor(options, shape, stage, runName).Run(entries, (step, steps) =>
            {
                Volatile.Write(ref s_lastStep, Stopwatch.GetTimestamp());
                task.MaxValue = steps;
                task.Value = step;
                context.Refresh();
            });
        });
        foreach (Thread thread in threads)
            thread.Join();
        foreach (Process process in processes)
        {
            process.WaitForExit();
            process.Dispose();
        }

        return outcomes;
    }

    private static Process StartWorker(CrowdCast cast)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true };
        // Started through the dotnet host, this program is that host's first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in LoadCommands.OwnPath)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add(WorkerCommand);
        start.ArgumentList.Add(cast.RunName);
        foreach (int number in new[] { cast.Participant, cast.Cpu, cast.Slots, cast.Waiting.SpinsBeforeYield, cast.Waiting.Pauses })
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(cast.Shape.ToString());
        Process worker = Process.Start(start)!;
        worker.EnableRaisingEvents = true;
        worker.Exited += (_, _) =>
        {
            if (worker.ExitCode == 0)
                return;
            // The others wait in shared memory for somebody who will not come.
            Console.Error.WriteLine($"Participant {cast.Participant} ended with exit code {worker.ExitCode}.");
            Environment.Exit(FailureExitCode);
        };
        return worker;
    }

    private static void EndIfStuck()
    {
        if (Stopwatch.GetElapsedTime(Volatile.Read(ref s_lastStep)) < LongestStep)
            return;
        Console.Error.WriteLine($"Nothing has finished for {LongestStep.TotalSeconds} s: a burst is stuck.");
        Environment.Exit(StuckExitCode);
    }

    private static void RemoveLeftovers(string runName)
    {
        // A snapshot: enumerating a folder while deleting from it may skip entries.
        foreach (string path in Directory.GetFiles(SharedFile.Folder, $"*{runName}*"))
            File.Delete(path);
    }
}
