namespace RingShm.Cli;

/// <summary>What the process tells its caller. A contract: scripts rely on the numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done, also when the reader of our output went away first.</summary>
    public const int Done = 0;

    /// <summary>The command line makes no sense: an unknown option, a wrong name, a size that makes no ring.</summary>
    public const int Usage = 1;

    /// <summary>A named failure; one line on standard error says which.</summary>
    public const int Failed = 2;

    /// <summary>The time that the caller allowed was up.</summary>
    public const int TimedOut = 3;

    /// <summary>As shells have it: 128 and the signal's number.</summary>
    public const int HungUp = 128 + 1;

    /// <inheritdoc cref="HungUp"/>
    public const int Interrupted = 128 + 2;

    /// <inheritdoc cref="HungUp"/>
    public const int Terminated = 128 + 15;
}

/// <summary>Ends the command with this exit code and this line on standard error.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Usage(string message) => new(Cli.ExitCode.Usage, message);

    public static CommandException Failed(string message) => new(Cli.ExitCode.Failed, message);

    public static CommandException TimedOut(string message) => new(Cli.ExitCode.TimedOut, message);
}
