using System.CommandLine;
using Spectre.Console;

namespace RingShm.Cli.Commands;

internal static class ListCommand
{
    /// <summary>More than these are counted, so that a ring stays a line.</summary>
    private const int MostNamed = 2;

    public static Command Build()
    {
        Option<bool> json = Shared.Json();
        Command command = new("list", "List the rings that exist now. Rings named by a path are not listed.") { json };
        command.SetAction(result =>
        {
            List<RingInfo> rings = [];
            List<UnreadableReport> unreadable = [];
            foreach (string name in Ring.List())
                Inspect(name, rings, unreadable);
            if (result.GetValue(json))
                Screen.WriteJson(new ListReport([.. rings.Select(RingReport.Of)], unreadable), ReportContext.Default.ListReport);
            else
                Draw(rings, unreadable);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Inspect(string name, List<RingInfo> rings, List<UnreadableReport> unreadable)
    {
        try
        {
            rings.Add(Ring.Inspect(name));
        }
        catch (RingNotFoundException)
        {
            // Removed since it was listed.
        }
        catch (Exception exception) when (exception is RingException or TimeoutException)
        {
            unreadable.Add(new UnreadableReport(name, Failures.MessageOf(exception)));
        }
    }

    private static void Draw(List<RingInfo> rings, List<UnreadableReport> unreadable)
    {
        if (rings.Count == 0 && unreadable.Count == 0)
        {
            Console.Out.WriteLine("No rings.");
            return;
        }

        if (rings.Count > 0)
        {
            Table table = Screen.NewTable("NAME", "KIND", "CAPACITY", "USED", "WRITTEN", "READ", "PARTICIPANTS");
            foreach (int number in (ReadOnlySpan<int>)[2, 3, 4, 5])
                table.Columns[number].Alignment = Justify.Right;
            foreach (RingInfo ring in rings)
            {
                table.AddTextRow(
                    ring.Name,
                    Words.Of(ring.Kind),
                    Screen.Size(ring.CapacityBytes),
                    $"{100.0 * ring.UsedBytes / ring.CapacityBytes:0} %",
                    Screen.Number(ring.MessagesWritten),
                    Screen.Number(ring.MessagesRead),
                    Participants(ring));
            }

            Screen.Draw(table);
        }

        foreach (UnreadableReport region in unreadable)
            Console.Out.WriteLine($"{region.Name}: {region.Problem}");
    }

    private static string Participants(RingInfo ring)
    {
        IEnumerable<string> words = ring.Participants.Count <= MostNamed ? ring.Participants.Select(Words.Of) : Counts(ring.Participants);
        return string.Join(", ", ring.IsCompleted ? words.Append("completed") : words);
    }

    private static IEnumerable<string> Counts(IReadOnlyList<ParticipantInfo> participants) => participants
        .CountBy(participant => (participant.Role, participant.IsAlive))
        .OrderBy(group => (group.Key.Role, !group.Key.IsAlive))
        .Select(group => $"{group.Value} {Words.Of(group.Key.Role)}{(group.Value == 1 ? "" : "s")} {(group.Key.IsAlive ? "alive" : "dead")}");
}
