using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class CreateCommand
{
    public static Command Build(Ending ending)
    {
        Argument<string> name = Shared.Name();
        Option<bool> hold = new("--hold")
        {
            Description = "Keep the ring open until Ctrl-C. On Windows a name lives only as long as somebody has it open",
        };
        Command command = new("create", "Make a new ring, or a new state cell.") { name };
        RingShape shape = new(command, takesExisting: false);
        command.Add(hold);
        command.SetAction(result =>
        {
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            bool holds = result.GetValue(hold);
            if (OperatingSystem.IsWindows() && !region.IsPath && !holds)
                throw CommandException.Usage(
                    $"On Windows the ring '{region}' would go with this command; add --hold to keep it, or give a file path.");
            RingKind kind = shape.KindOfNew(result);
            using IDisposable ring = kind == RingKind.State
                ? StateCell.Create(region, shape.OptionsOf(result))
                : OpenRing.Create(region, shape.OptionsOf(result), kind);
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
