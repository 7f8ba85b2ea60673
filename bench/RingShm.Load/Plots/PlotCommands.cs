using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace RingShm.Load.Plots;

/// <summary>The commands that make a folder of results: all steps and the report, or the report alone.</summary>
internal static class PlotCommands
{
    private const int FailureExitCode = 2;

    /// <summary>Each step is a run of this program of its own, of a minute or two, and writes into the folder.</summary>
    private static readonly (string Name, string[] Arguments)[] Steps =
    [
        ("throughput", ["--part", "Throughput"]),
        ("latency", ["--part", "Latency"]),
        ("broadcast", ["--part", "Broadcast", "--rounds", "4", "--pairs", "6"]),
        ("openloop", ["--part", "OpenLoop", "--rounds", "4", "--burst-ms", "5", "--pairs", "12"]),
        ("growth", ["--part", "Growth", "--rounds", "4"]),
        ("peers", ["--part", "Peers", "--rounds", "4"]),
        ("crowd-1x1", ["crowd", "--shapes", "1x1", "--rounds", "4"]),
        ("crowd-2x2", ["crowd", "--shapes", "2x2", "--rounds", "4"]),
        ("crowd-4x4", ["crowd", "--shapes", "4x4", "--rounds", "4"]),
        ("lifecycle", ["lifecycle"]),
        ("wake", ["wake"]),
        ("state", ["state"]),
    ];

    public static Command All()
    {
        Argument<DirectoryInfo> folder = Folder();
        Option<string[]> steps = new("--steps")
        {
            Description = "Only these; to measure in pieces, one after the other into the same folder.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. Steps.Select(step => step.Name)],
        };
        steps.AcceptOnlyFromAmong([.. Steps.Select(step => step.Name)]);
        Option<bool> resume = new("--resume") { Description = "Leaves out the steps whose results are in the folder already." };
        Command command = new("all", "Measures everything into a folder and reports on it.") { folder, steps, resume };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(folder)!.FullName;
            Directory.CreateDirectory(path);
            foreach ((string name, string[] arguments) in Steps.Where(step => parsed.GetValue(steps)!.Contains(step.Name)))
            {
                if (parsed.GetValue(resume) && File.Exists(Path.Combine(path, name + ".json")))
                    continue;
                long start = Stopwatch.GetTimestamp();
                int exitCode = RunStep(path, name, arguments);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
                if (exitCode == 0)
                    continue;
                Console.Error.WriteLine($"The step {name} ended with exit code {exitCode}.");
                return FailureExitCode;
            }

            FolderReport.Write(path);
            return 0;
        });
        return command;
    }

    public static Command Report()
    {
        Argument<DirectoryInfo> folder = Folder();
        Command command = new("report", "Draws the plots of a folder and writes its README, from what the steps left there.") { folder };
        command.SetAction(parsed => FolderReport.Write(parsed.GetValue(folder)!.FullName));
        return command;
    }

    private static Argument<DirectoryInfo> Folder() => new("FOLDER")
    {
        Description = "By default perf-results/ and today's date.",
        DefaultValueFactory = _ => new DirectoryInfo(
            Path.Combine("perf-results", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))),
    };

    private static int RunStep(string folder, string name, string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started through the dotnet host, this program is that host's first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in (string[])[.. arguments, "--out", folder])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        // Lines of a table are padded to its width.
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            Console.WriteLine(line);
            // The progress bar, where there is no terminal.
            if (line.EndsWith('%'))
                continue;
            lines.Add(line.TrimEnd().Replace(folder, ".", StringComparison.Ordinal));
        }

        process.WaitForExit();
        File.WriteAllText(Path.Combine(folder, name + ".txt"), string.Join('\n', lines).Trim('\n') + "\n");
        return process.ExitCode;
    }
}
