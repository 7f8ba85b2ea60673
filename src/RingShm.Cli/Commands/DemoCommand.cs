using System.CommandLine;
using System.Runtime.InteropServices;
using RingShm.Cli.Demo;
using Spectre.Console;

namespace RingShm.Cli.Commands;

internal static class DemoCommand
{
    private const double DefaultSeconds = 6;

    private const string Description = """
        Start a second process and exchange real messages with it.

        Streams every file of the .NET framework's folder (or --input) and compares SHA-256 at both ends, then shows messages
        a second, MB/s, and a histogram of round trips.
        """;

    public static Command Build(Ending ending)
    {
        Option<FileInfo?> input = new("--input") { Description = "Stream this file instead of the framework's", HelpName = "FILE" };
        Option<TimeSpan> seconds = new("--seconds")
        {
            Description = $"How long the timed phases take together [default: {DefaultSeconds}]",
            HelpName = "N",
            CustomParser = static result => SizeParser.ParseSeconds(result, shortest: 0.01, longest: 3600),
        };
        Option<bool> json = Shared.Json();
        Command command = new("demo", Description) { input, seconds, json };
        command.SetAction(result =>
        {
            string source = result.GetValue(input)?.FullName ?? FrameworkFolder();
            if (!File.Exists(source) && !Directory.Exists(source))
                throw CommandException.Failed($"There is no file '{source}'.");
            TimeSpan duration = result.GetResult(seconds) is null ? TimeSpan.FromSeconds(DefaultSeconds) : result.GetValue(seconds);
            DemoReport report = Run(source, duration, result.GetValue(json), ending.Token);
            if (result.GetValue(json))
                Screen.WriteJson(report, ReportContext.Default.DemoReport);
            else
                DemoScreen.Draw(report);
            return ExitCode.Done;
        });
        return command;
    }

    private static DemoReport Run(string source, TimeSpan duration, bool json, CancellationToken cancellationToken)
    {
        if (json)
            return new DemoRun(source, duration, new SilentDisplay(), cancellationToken).Run();
        if (!Screen.IsInteractive)
            return new DemoRun(source, duration, new PlainDisplay(), cancellationToken).Run();
        return Screen.Drawing.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context => new DemoRun(source, duration, new BarsDisplay(context), cancellationToken).Run());
    }

    /// <summary>The folder of the framework this runs on; of the program itself where it carries its own.</summary>
    private static string FrameworkFolder()
    {
        string folder = RuntimeEnvironment.GetRuntimeDirectory();
        return Directory.Exists(folder) ? folder : AppContext.BaseDirectory;
    }
}
