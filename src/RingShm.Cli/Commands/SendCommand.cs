using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class SendCommand
{
    private const string Description = """
        Read standard input and send it as messages: one for each line, without its newline.

        Through an spsc ring any bytes pass unchanged: lines that are longer than the ring's longest message are sent in parts,
        and 'receive' puts them together again. Into an mpmc or a broadcast ring any number of senders can send at once; each line is
        one message there, a longer one is an error. A state cell takes no messages: 'set' is for it. When send ends with exit code 0, every message is in the ring.
        """;

    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<bool> wait = new("--wait") { Description = "Wait for room when the ring is full, instead of failing" };
        Option<bool> complete = new("--complete") { Description = "At the end of the input, say that no more messages will come, from any sender" };
        Option<bool> raw = Shared.Raw("Send the bytes as they come, in messages of up to 64 KiB");
        Option<bool> lengthPrefixed = Shared.LengthPrefixed("Read frames: a length in 4 bytes, little-endian, then the message");
        Option<TimeSpan> timeout = Shared.Timeout("Give up (exit 3) after waiting this long for room; needs --wait");
        Option<bool> createIfMissing = new("--create-if-missing") { Description = "Make the ring when there is none" };
        Command command = new("send", Description) { name, wait, complete, raw, lengthPrefixed, timeout, createIfMissing };
        RingShape shape = new(command, takesExisting: true);
        command.SetAction(result =>
        {
            Framing framing = Shared.FramingOf(result, raw, lengthPrefixed);
            bool waits = result.GetValue(wait);
            if (!waits && result.GetResult(timeout) != null)
                throw CommandException.Usage("--timeout needs --wait.");
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            if (shape.KindOf(result) == RingKind.State)
                throw CommandException.Usage("A state cell takes no messages; 'set' sets its value.");
            using OpenRing ring = result.GetValue(createIfMissing) ? shape.OpenOrCreate(region, result) : shape.Open(region, result);
            using IMessageSink sink = ring.AttachSender();
            RingSender sender = new(ring, sink, region.ToString(), waits, Shared.TimeoutOf(result, timeout), ending.Token);
            Pump(sender, framing);
            if (result.GetValue(complete))
                ring.Complete();
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Sends all of the input; a failure says how far it came.</summary>
    private static void Pump(RingSender sender, Framing framing)
    {
        try
        {
            new InputPump(StandardInput.Open(), sender).Run(framing);
        }
        catch (CommandException exception)
        {
            throw new CommandException(exception.ExitCode, $"{exception.Message} {Sent(sender)}");
        }
        catch (IOException exception)
        {
            throw CommandException.Failed($"{Failures.MessageOf(exception)} {Sent(sender)}");
        }
    }

    private static string Sent(RingSender sender) => sender.SentMessages == 1 ? "1 message was sent." : $"{sender.SentMessages} messages were sent.";
}
