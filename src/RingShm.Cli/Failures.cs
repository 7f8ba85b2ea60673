namespace RingShm.Cli;

/// <summary>Turns whatever stops a command into an exit code and one line. A stack trace helps nobody at a prompt.</summary>
internal static class Failures
{
    public static int Report(Exception exception, Ending ending)
    {
        if (exception is OperationCanceledException && ending.IsRequested)
            return ending.ExitCode;
        if (exception is ClosedPipeException)
            return ExitCode.Done;
        Console.Error.WriteLine($"ringshm: {MessageOf(exception)}");
        return exception switch
        {
            CommandException command => command.ExitCode,
            TimeoutException => ExitCode.TimedOut,
            // The library judges names, sizes and options by these; here they all come from the command line.
            ArgumentException or OverflowException => ExitCode.Usage,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>The exception's message on one line, without the parts that are meant for programmers.</summary>
    public static string MessageOf(Exception exception)
    {
        string message = exception.Message;
        if (exception is ArgumentException { ParamName: { } parameter })
            message = message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal);
        if (exception is ArgumentOutOfRangeException { ActualValue: { } value })
            message = $"{FirstLineOf(message)} It was {value}.";
        string line = OnOneLine(message);
        return IsExpected(exception) ? line : $"unexpected {exception.GetType().Name}: {line}";
    }

    public static string OnOneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string FirstLineOf(string message) => message.Split('\r', '\n')[0];

    private static bool IsExpected(Exception exception) =>
        exception is CommandException or IOException or TimeoutException or ArgumentException or OverflowException
            or InvalidOperationException or UnauthorizedAccessException or PlatformNotSupportedException or OperationCanceledException;
}
