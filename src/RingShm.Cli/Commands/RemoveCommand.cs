using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class RemoveCommand
{
    private const string Description = """
        Remove a ring's name. Processes that have it open keep using it; its memory is freed when the last of them lets go.
        """;

    public static Command Build()
    {
        Argument<string> name = Shared.Name();
        Option<bool> json = Shared.Json();
        Command command = new("remove", Description) { name, json };
        command.SetAction(result =>
        {
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            Ring.Remove(region);
            if (result.GetValue(json))
                Screen.WriteJson(new RemoveReport(region.ToString(), Removed: true), ReportContext.Default.RemoveReport);
            return ExitCode.Done;
        });
        return command;
    }
}
