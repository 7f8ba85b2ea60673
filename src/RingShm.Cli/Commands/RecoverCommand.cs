using System.CommandLine;

namespace RingShm.Cli.Commands;

internal static class RecoverCommand
{
    private const string Description = """
        Clear away at once what dead processes left in a ring: give up their claims, return what they had taken, free their places.

        Senders and receivers do the same by themselves for what is in their way. Nothing is taken from a process that lives.
        """;

    public static Command Build()
    {
        Argument<string> name = Shared.Name();
        Option<bool> json = Shared.Json();
        Command command = new("recover", Description) { name, json };
        command.SetAction(result =>
        {
            RegionName region = RegionName.Parse(result.GetValue(name)!);
            RingKind kind = Ring.Inspect(region).Kind;
            RingRecovery found = Ring.Recover(region);
            if (result.GetValue(json))
                Screen.WriteJson(RecoverReport.Of(found, kind), ReportContext.Default.RecoverReport);
            else
                Console.Out.WriteLine(kind == RingKind.Spsc
                    ? $"'{region}' is an spsc ring: there is nothing to mend in it; the next sender or receiver goes on where a dead one was."
                    : TextOf(found));
            return ExitCode.Done;
        });
        return command;
    }

    private static string TextOf(RingRecovery found)
    {
        List<string> parts = [];
        Add(found.RowsSwept, "dead participant cleared away", "dead participants cleared away");
        Add(found.RowsWaiting, "dead participant left until a stopped one runs on", "dead participants left until stopped ones run on");
        Add(found.ClaimsRecovered, "claim given up", "claims given up");
        Add(found.LeasesRecovered, "message returned for another receiver", "messages returned for other receivers");
        Add(found.MessagesDropped, "message dropped", "messages dropped");
        return $"'{found.Name}': {(parts.Count == 0 ? "nothing to mend" : string.Join(", ", parts))}.";

        void Add(long count, string one, string many)
        {
            if (count > 0)
                parts.Add($"{Screen.Number(count)} {(count == 1 ? one : many)}");
        }
    }
}
