using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RingShm.Cli.Commands;

namespace RingShm.Cli;

/// <summary>The commands, and the one place where a command ends.</summary>
internal static class CommandTree
{
    private const string ProgramName = "ringshm";

    private const string Description = """
        Lock-free ring buffers in shared memory: one sender and one receiver (spsc), many of each (mpmc), or every
        message to every receiver (broadcast); and cells that hold the latest value (state).

        Exit codes: 0 done; 1 a wrong command line, name or size; 2 a failure, named on standard error; 3 timed out;
        128 + the signal's number after Ctrl-C (130) or SIGTERM (143).
        """;

    public static int Run(string[] args, Ending ending)
    {
        // Not a RootCommand: that calls itself by the assembly's name, which is not what people type.
        Command root = new(ProgramName, Description)
        {
            new HelpOption(),
            new VersionOption(),
            DemoCommand.Build(ending),
            CreateCommand.Build(ending),
            SendCommand.Build(ending),
            ReceiveCommand.Build(ending),
            SetCommand.Build(ending),
            GetCommand.Build(ending),
            ListCommand.Build(),
            InspectCommand.Build(),
            VerifyCommand.Build(),
            RecoverCommand.Build(),
            RemoveCommand.Build(),
            WatchCommand.Build(ending),
            BenchCommand.Build(),
            DemoPeerCommand.Build(),
        };
        try
        {
            // A name that begins with '@' is a wrong name, not a file of arguments.
            ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (result.Action is ParseErrorAction || (result.Errors.Count > 0 && result.Action is null))
                return ReportUsage(result);
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
#pragma warning disable CA1031 // Whatever it is, it ends as one line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failures.Report(exception, ending);
        }
    }

    private static int ReportUsage(ParseResult result)
    {
        string name = result.CommandResult.Command.Name;
        string command = name == ProgramName ? name : $"{ProgramName} {name}";
        // "Required command was not provided" comes first and says less.
        string message = result.UnmatchedTokens.Count > 0
            ? $"'{result.UnmatchedTokens[0]}' is no command, option or argument of '{command}'."
            : result.Errors.Count > 0 ? result.Errors[0].Message : "Wrong usage.";
        Console.Error.WriteLine($"ringshm: {Failures.OnOneLine(message)} Try '{command} --help'.");
        return ExitCode.Usage;
    }
}
