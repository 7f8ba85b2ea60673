using Spectre.Console;

namespace SharedText;

/// <summary>The text in a terminal: keys change it, and changes by others are drawn as they come.</summary>
internal static class TerminalView
{
    public static int Run(SharedDocument document)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            Console.Error.WriteLine("SharedText: this is no terminal; --script takes commands from a pipe.");
            return 1;
        }

        // Ctrl-C ends as Escape does.
        Console.TreatControlCAsInput = true;
        AnsiConsole.Live(new Panel("")).AutoClear(true).Start(context =>
        {
            Lock drawing = new();
            long drawn = -1;
            Snapshot first = document.Read();
            Draw(first);
            document.Follow(first.Version, Draw);
            while (ChangeFor(Console.ReadKey(intercept: true)) is { } change)
                Draw(document.Edit(change));

            void Draw(Snapshot snapshot)
            {
                // Keys and others' changes come on two threads; what is older than what is drawn comes too late.
                lock (drawing)
                {
                    if (snapshot.Version < drawn)
                        return;
                    drawn = snapshot.Version;
                    context.UpdateTarget(Picture(document.Name, snapshot));
                }
            }
        });
        return 0;
    }

    /// <summary>What a key does to the text; null when it ends the program.</summary>
    private static Func<string, string>? ChangeFor(ConsoleKeyInfo key) => key switch
    {
        { Key: ConsoleKey.Escape } => null,
        { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control } => null,
        { Key: ConsoleKey.Backspace } => static text => text.Length == 0 ? text : text[..^1],
        { Key: ConsoleKey.Delete } => static _ => "",
        { Key: ConsoleKey.Enter } => static text => text + "\n",
        _ => text => char.IsControl(key.KeyChar) ? text : text + key.KeyChar,
    };

    private static Panel Picture(string name, Snapshot snapshot) => new(new Text(snapshot.Text + "▏"))
    {
        Header = new PanelHeader(Markup.Escape($" {name}, version {snapshot.Version}, instances: {snapshot.Instances} ")),
        Expand = true,
    };
}
