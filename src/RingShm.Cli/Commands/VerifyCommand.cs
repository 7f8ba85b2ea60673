using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Build()
    {
        Argument<string> name = Shared.Name();
        Option<bool> json = Shared.Json();
        Command command = new("verify", "Check everything in a ring that can be checked by reading. Exit 2 when something is wrong.")
        {
            name, json,
        };
        command.SetAction(result =>
        {
            VerifyReport report = Verify(RegionName.Parse(result.GetValue(name)!));
            if (result.GetValue(json))
                Screen.WriteJson(report, ReportContext.Default.VerifyReport);
            else if (report.IsClean)
                Console.Out.WriteLine($"'{report.Name}' is clean; messages in it: {report.MessagesInRing}.");
            if (report.IsClean)
                return ExitCode.Done;
            throw CommandException.Failed(report.Problems.Count == 1
                ? $"'{report.Name}' is damaged: {report.Problems[0]}"
                : $"'{report.Name}' is damaged in {report.Problems.Count} ways: {string.Join(" ", report.Problems)}");
        });
        return command;
    }

    /// <summary>A region too damaged to be opened is a finding of a verification, not a failure to make one.</summary>
    private static VerifyReport Verify(RegionName region)
    {
        try
        {
            RingVerification found = Ring.Verify(region);
            return new VerifyReport(found.Name, found.IsClean, found.MessagesInRing, found.Problems);
        }
        catch (RingCorruptException exception)
        {
            return new VerifyReport(region.ToString(), IsClean: false, MessagesInRing: null, [Failures.MessageOf(exception)]);
        }
    }
}
