using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class SendCommand
{
    private const string Description = """
        Read standard input and send it as messages: one for each line, without its newline.

        Lines that are longer than the ring's longest message are sent in parts, and 'receive' puts them together again: any
        bytes pass unchanged. When send ends with exit code 0, every message is in the ring.
        """;

    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<bool> wait = new("--wait") { Description = "Wait for room when the ring is full, instead of failing" };
        Option<bool> complete = new("--complete") { Description = "At the end of the input, say that no more messages will come" };
        Option<bool> raw = Shared.Raw("Send the bytes as they come, in messages of up to 64 KiB");
        Option<bool> lengthPrefixed = Shared.LengthPrefixed("Read frames: a length in 4 bytes, little-endian, then the message");
        Option<TimeSpan> timeout = Shared.Timeout("Give up (exit 3) after waiting this long for room; needs --wait");
        Option<bool> createIfMissing = new("--create-if-missing") { Description = "Make the ring when there is none" };
        Option<long> capacity = Shared.Capacity();
        Option<long> maxMessage = Shared.MaxMessage();
        capacity.Description += "; an existing ring must agree";
        Command command = new("send", Description)
        {
            name, wait, complete, raw, lengthPrefixed, timeout, createIfMissing, capacity, maxMessage,
        };
        command.SetAction(result =>
        {
            Framing framing = Shared.FramingOf(result, raw, lengthPrefixed);
            bool waits = result.GetValue(wait);
            if (!waits && result.GetResult(timeout) != null)
                throw CommandException.Usage("--timeout needs --wait.");
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            RingOptions options = new()
            {
                CapacityBytes = result.GetValue(capacity),
                MaxMessageBytes = result.GetValue(maxMessage),
                PrefaultPages = false,
            };
            using SpscRing ring = result.GetValue(createIfMissing) ? SpscRing.CreateOrOpen(region, options) : SpscRing.Open(region, options);
            using SpscProducer producer = ring.AttachProducer();
            RingSender sender = new(producer, region.ToString(), waits, Shared.TimeoutOf(result, timeout), ending.Token);
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
