using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace RingShm.Load.Wake;

// What sleeping costs while nothing happens: each sleeper is a process of its own, left alone until what the runtime does after a start
// (compiling, ending threads that it no longer needs) is over, and then watched:
//
//   this process: start them all, wait, look, wait, look ----> read, write, await, receive --follow, get --follow, send --wait
//
// A look is the sum over the process's threads of what /proc says of each: processor time, and how often it went to sleep by itself.

/// <summary>The idle benchmark: what starts and watches sleepers. <see cref="IdleSleeper"/> is one.</summary>
internal static class IdleBench
{
    /// <summary>Longer than the thread pool keeps a thread without work.</summary>
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(25);

    public static int Lead(double seconds, string? tool)
    {
        if (!OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine("Processor time is read from Linux's /proc.");
            return 2;
        }

        string run = "ringshm-idle-" + Guid.NewGuid().ToString("N");
        List<(string Name, Process Process)> sleepers = [];
        try
        {
            foreach (string kind in IdleSleeper.Kinds)
                sleepers.Add((kind, StartSleeper(run, kind)));
            if (tool != null)
                sleepers.AddRange(StartTools(tool, run));
            Thread.Sleep(SettlingTime);
            List<Dictionary<string, (long Nanoseconds, long Sleeps)>> before = [.. sleepers.Select(static sleeper => Look(sleeper.Process.Id))];
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(TimeSpan.FromSeconds(seconds));
            List<Dictionary<string, (long Nanoseconds, long Sleeps)>> after = [.. sleepers.Select(static sleeper => Look(sleeper.Process.Id))];
            Show([.. sleepers.Select(static sleeper => sleeper.Name)], before, after, Stopwatch.GetElapsedTime(start).TotalSeconds);
            return 0;
        }
        finally
        {
            foreach ((_, Process process) in sleepers)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }

            foreach (string name in Ring.List().Where(name => name.StartsWith(run, StringComparison.Ordinal)))
                Ring.Remove(name);
        }
    }

    private static Process StartSleeper(string run, string kind)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in (string[])[.. LoadCommands.OwnPath, IdleSleeper.Command, run, kind])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        return process.StandardOutput.ReadLine() == IdleSleeper.Ready ? process : throw new IOException($"The sleeper '{kind}' did not start.");
    }

    private static IEnumerable<(string Name, Process Process)> StartTools(string tool, string run)
    {
        string spsc = $"{run}-tool-spsc", mpmc = $"{run}-tool-mpmc", broadcast = $"{run}-tool-broadcast", cell = $"{run}-tool-cell";
        string full = $"{run}-tool-full", quiet = $"{run}-tool-quiet";
        using (SpscRing.Create(spsc))
        using (MpmcRing.Create(mpmc))
        using (BroadcastRing.Create(broadcast))
        using (StateCell.Create(cell))
        using (SpscRing ring = SpscRing.Create(full))
        using (SpscRing.Create(quiet))
        {
            IdleSleeper.Fill(ring);
            yield return ("receive SPSC --follow", StartTool(tool, "receive", spsc, "--follow"));
            yield return ("receive MPMC --follow", StartTool(tool, "receive", mpmc, "--follow"));
            yield return ("receive BROADCAST --follow", StartTool(tool, "receive", broadcast, "--follow"));
            yield return ("get CELL --since 0 --follow", StartTool(tool, "get", cell, "--since", "0", "--follow"));
            yield return ("send FULL --wait", StartTool(tool, "send", full, "--wait"));
            yield return ("send, no input", StartTool(tool, "send", quiet));
        }
    }

    private static Process StartTool(string tool, params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        if (arguments is ["send", _, "--wait"])
        {
            process.StandardInput.WriteLine("no room for this");
            process.StandardInput.Flush();
        }

        return process;
    }

    /// <summary>Of each thread: its time on a processor, and how often it slept.</summary>
    private static Dictionary<string, (long Nanoseconds, long Sleeps)> Look(int processId)
    {
        const string Sleeps = "voluntary_ctxt_switches:";
        Dictionary<string, (long Nanoseconds, long Sleeps)> threads = [];
        foreach (string thread in Directory.GetDirectories($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/task"))
        {
            string time = File.ReadAllText(Path.Combine(thread, "schedstat"));
            string sleeps = File.ReadLines(Path.Combine(thread, "status")).First(static line => line.StartsWith(Sleeps, StringComparison.Ordinal));
            threads.Add(thread, (
                long.Parse(time[..time.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture),
                long.Parse(sleeps[Sleeps.Length..], CultureInfo.InvariantCulture)));
        }

        return threads;
    }

    private static void Show(
        string[] names,
        List<Dictionary<string, (long Nanoseconds, long Sleeps)>> before,
        List<Dictionary<string, (long Nanoseconds, long Sleeps)>> after,
        double seconds)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .Title(string.Create(CultureInfo.InvariantCulture, $"Asleep for {seconds:F0} s; processor time of all threads of the process"))
            .AddColumns("", "% of a processor, goal < 0.1", "sleeps a second", "threads");
        for (int i = 0; i < names.Length; i++)
        {
            long nanoseconds = 0;
            long sleeps = 0;
            foreach ((string thread, (long Nanoseconds, long Sleeps) now) in after[i])
            {
                (long Nanoseconds, long Sleeps) then = before[i].GetValueOrDefault(thread);
                nanoseconds += now.Nanoseconds - then.Nanoseconds;
                sleeps += now.Sleeps - then.Sleeps;
            }

            _ = table.AddRow(
                names[i],
                (nanoseconds / 1e7 / seconds).ToString("F4", CultureInfo.InvariantCulture),
                (sleeps / seconds).ToString("F1", CultureInfo.InvariantCulture),
                after[i].Count.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }
}
