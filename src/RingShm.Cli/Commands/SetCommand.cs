using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class SetCommand
{
    private const string Description = """
        Make this the latest value of a state cell: VALUE, or all of standard input, byte by byte.

        Whoever waits for a change (get --follow) is woken. With --if-version nothing is set when another has been faster; exit 2 then,
        and the line says which version is there.
        """;

    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Argument<string?> value = new("VALUE") { Description = "The value, as UTF-8; left out: standard input", Arity = ArgumentArity.ZeroOrOne };
        Option<long?> ifVersion = new("--if-version")
        {
            Description = "Set it only if the cell still has this version; 0 for a cell in which nothing was set yet",
            HelpName = "N",
            CustomParser = SizeParser.ParseVersion,
        };
        Option<bool> createIfMissing = new("--create-if-missing") { Description = "Make the cell when there is none" };
        Option<long> maxMessage = Shared.MaxMessage();
        maxMessage.Description = "The longest value; an existing cell must agree [default: 4KiB]";
        Option<bool> json = Shared.Json();
        Command command = new("set", Description) { name, value, ifVersion, createIfMissing, maxMessage, json };
        command.SetAction(result =>
        {
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            RingOptions options = new() { MaxMessageBytes = result.GetValue(maxMessage), PrefaultPages = false };
            using StateCell cell = result.GetValue(createIfMissing) ? OpenCell.CreateOrOpen(region, options) : OpenCell.Open(region, options);
            byte[] bytes = result.GetValue(value) is { } text
                ? System.Text.Encoding.UTF8.GetBytes(text)
                : ReadAll(cell.MaxValueBytes, ending.Token);
            using StateWriter writer = cell.AttachWriter();
            long version = Write(writer, bytes, result.GetValue(ifVersion), region);
            if (result.GetValue(json))
                Screen.WriteJson(new SetReport(region.ToString(), version), ReportContext.Default.SetReport);
            return ExitCode.Done;
        });
        return command;
    }

    private static long Write(StateWriter writer, byte[] bytes, long? expected, RegionName region)
    {
        if (expected is not { } version)
            return writer.Write(bytes);
        return writer.TryUpdate(version, bytes, out long found)
            ? found
            : throw CommandException.Failed($"'{region}' has version {found}, not {version}; nothing was set.");
    }

    /// <summary>All of the input, if it fits.</summary>
    private static byte[] ReadAll(long maxBytes, CancellationToken cancellationToken)
    {
        StandardInput input = StandardInput.Open();
        // One byte more than allowed shows that there is more.
        byte[] buffer = new byte[Math.Min(maxBytes + 1, Array.MaxLength)];
        int length = 0;
        while (length < buffer.Length && input.Read(buffer.AsSpan(length), cancellationToken) is > 0 and int read)
            length += read;
        return length > maxBytes
            ? throw CommandException.Failed($"The input is longer than the cell's longest value of {maxBytes} bytes; nothing was set.")
            : buffer[..length];
    }
}
