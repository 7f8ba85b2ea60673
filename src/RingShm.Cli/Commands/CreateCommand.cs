using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class CreateCommand
{
    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<string> kind = new("--kind")
        {
            Description = "What kind of ring; 'spsc' has one producer and one consumer",
            HelpName = "spsc",
            DefaultValueFactory = static _ => "spsc",
        };
        kind.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is { } text and not "spsc")
                result.AddError($"'{text}' is not a kind of ring that this version makes; it makes 'spsc'.");
        });
        Option<long> capacity = Shared.Capacity();
        Option<long> maxMessage = Shared.MaxMessage();
        Option<bool> hold = new("--hold")
        {
            Description = "Keep the ring open until Ctrl-C. On Windows a name lives only as long as somebody has it open",
        };
        Command command = new("create", "Make a new ring.") { name, kind, capacity, maxMessage, hold };
        command.SetAction(result =>
        {
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            bool holds = result.GetValue(hold);
            if (OperatingSystem.IsWindows() && !region.IsPath && !holds)
                throw CommandException.Usage(
                    $"On Windows the ring '{region}' would go with this command; add --hold to keep it, or give a file path.");
            using SpscRing ring = SpscRing.Create(region, new RingOptions
            {
                CapacityBytes = result.GetValue(capacity),
                MaxMessageBytes = result.GetValue(maxMessage),
                // Reserved in any case; whoever uses the ring touches the pages.
                PrefaultPages = false,
            });
            if (holds)
            {
                Console.Error.WriteLine($"ringshm: '{region}' is open; Ctrl-C lets go of it.");
                ending.Token.WaitHandle.WaitOne();
            }

            return ExitCode.Done;
        });
        return command;
    }
}
