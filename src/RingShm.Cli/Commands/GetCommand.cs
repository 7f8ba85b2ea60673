using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using System.Text;

namespace RingShm.Cli.Commands;

internal static class GetCommand
{
    private const string Description = """
        Print the value of a state cell, and a newline behind it.

        With --follow it goes on and prints the value after each change; changes that follow each other quickly may be seen as one.
        With --since it waits until the value is newer than that version.
        """;

    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<bool> follow = new("--follow") { Description = "Print the value after each change, until Ctrl-C or --count" };
        Option<long?> count = new("--count")
        {
            Description = "With --follow: end after this many values",
            HelpName = "N",
            CustomParser = SizeParser.ParseCount,
        };
        Option<long?> since = new("--since")
        {
            Description = "Wait until the version is greater than this; 0 waits for the first value",
            HelpName = "N",
            CustomParser = SizeParser.ParseVersion,
        };
        Option<bool> showVersion = new("--show-version") { Description = "Begin each line with the value's version and a tab" };
        Option<bool> raw = Shared.Raw("Print the value's bytes and nothing behind them");
        Option<bool> lengthPrefixed = Shared.LengthPrefixed("Print frames: a length in 4 bytes, little-endian, then the value");
        Option<TimeSpan> timeout = Shared.Timeout("Give up (exit 3) after waiting this long for a change");
        Option<bool> json = Shared.Json();
        json.Description = "Print one JSON document on a line for each value, which is in it as base64";
        Command command = new("get", Description) { name, follow, count, since, showVersion, raw, lengthPrefixed, timeout, json };
        command.SetAction(result =>
        {
            bool follows = result.GetValue(follow);
            if (!follows && result.GetResult(count) != null)
                throw CommandException.Usage("--count needs --follow.");
            if (!follows && result.GetResult(since) is null && result.GetResult(timeout) != null)
                throw CommandException.Usage("--timeout needs --follow or --since.");
            Framing framing = Shared.FramingOf(result, raw, lengthPrefixed);
            if (result.GetValue(showVersion) && framing != Framing.Lines)
                throw CommandException.Usage("--show-version marks lines; it goes with neither --raw nor --length-prefixed.");
            if (result.GetValue(json) && (framing != Framing.Lines || result.GetValue(showVersion)))
                throw CommandException.Usage("--json goes with no other form of output.");
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            using StateCell cell = OpenCell.Open(region, new RingOptions { PrefaultPages = false });
            using StateReader reader = cell.AttachReader();
            using Printer printer = new(
                region, reader, StandardOutput.Open(), result.GetValue(json) ? null : framing, result.GetValue(showVersion));
            Run(printer, result.GetValue(since), follows ? result.GetValue(count) ?? long.MaxValue : 1, Shared.TimeoutOf(result, timeout), ending.Token);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(Printer printer, long? since, long count, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Without --since the value that is there comes first.
        if (since is { } version)
            printer.Known = version;
        else if (!printer.TryPrint() && count == 1)
            throw CommandException.Failed($"Nothing was set in '{printer.Region}' yet; --since 0 waits for it.");
        for (long printed = printer.Printed; printed < count; printed = printer.Printed)
        {
            printer.Wait(timeout, cancellationToken);
            _ = printer.TryPrint();
        }
    }

    /// <summary>Prints values in one of the forms; null for JSON.</summary>
    private sealed class Printer(RegionName region, StateReader reader, StandardOutput output, Framing? framing, bool showsVersion)
        : IDisposable
    {
        private CancellationTokenSource? _ends;

        public RegionName Region => region;

        public long Known { get; set; }

        public long Printed { get; private set; }

        /// <summary>Prints the value that is there now. False when nothing was set yet.</summary>
        public bool TryPrint()
        {
            byte[] value = reader.Read(out StateStamp stamp);
            Known = stamp.Version;
            if (stamp.Version == 0)
                return false;
            output.Write(Form(value, stamp));
            Printed++;
            return true;
        }

        /// <summary>Sleeps until the value is newer, the end, or nobody any more to print for.</summary>
        public void Wait(TimeSpan timeout, CancellationToken cancellationToken)
        {
            _ends ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, output.ReaderGone);
            try
            {
                if (!reader.WaitForChange(Known, timeout, _ends.Token))
                    throw CommandException.TimedOut($"'{region}' did not change for {timeout.TotalSeconds} s.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ClosedPipeException();
            }
        }

        public void Dispose() => _ends?.Dispose();

        private byte[] Form(byte[] value, StateStamp stamp)
        {
            switch (framing)
            {
                case Framing.Raw:
                    return value;
                case Framing.LengthPrefixed:
                    byte[] prefix = new byte[MessageTag.PrefixBytes];
                    BinaryPrimitives.WriteInt32LittleEndian(prefix, value.Length);
                    return [.. prefix, .. value];
                case Framing.Lines:
                    string mark = showsVersion ? string.Create(CultureInfo.InvariantCulture, $"{stamp.Version}\t") : "";
                    return [.. Encoding.UTF8.GetBytes(mark), .. value, (byte)'\n'];
                default:
                    GetReport report = new(region.ToString(), stamp.Version, stamp.LengthBytes, Convert.ToBase64String(value));
                    return [.. System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report, CompactReportContext.Default.GetReport), (byte)'\n'];
            }
        }
    }
}
