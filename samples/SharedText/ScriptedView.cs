namespace SharedText;

/// <summary>
/// The text without a terminal, for tests and for the curious. Commands, a line each: <c>type TEXT</c>, <c>erase</c>, <c>show</c>, <c>quit</c>.
/// Events, a line each: <c>ready</c> at the start, <c>typed</c> and <c>shows</c> as answers, <c>changed</c> when another instance has made a change;
/// each with the version and the text.
/// </summary>
internal static class ScriptedView
{
    public static int Run(SharedDocument document)
    {
        Snapshot first = document.Read();
        Say("ready", first);
        document.Follow(first.Version, static snapshot => Say("changed", snapshot));
        while (Console.In.ReadLine() is { } line and not "quit")
        {
            if (line.StartsWith("type ", StringComparison.Ordinal))
                Say("typed", document.Edit(text => text + line["type ".Length..]));
            else if (line == "erase")
                Say("typed", document.Edit(static _ => ""));
            else if (line == "show")
                Say("shows", document.Read());
            else
                Console.Error.WriteLine($"SharedText: '{line}' is no command: type TEXT, erase, show, quit.");
        }

        return 0;
    }

    private static void Say(string what, Snapshot snapshot) =>
        Console.WriteLine($"{what} {snapshot.Version} {snapshot.Text.ReplaceLineEndings("\\n")}");
}
