using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RingShm.Cli;

/// <summary>Standard output for people (tables) and for programs (JSON).</summary>
internal static class Screen
{
    /// <summary>A line that goes to a file or a pipe is never folded.</summary>
    private const int UnfoldedWidth = 1000;

    /// <summary>Made when first needed: most commands never draw, and setting it up takes a while.</summary>
    private static readonly Lazy<IAnsiConsole> LazyConsole = new(static () =>
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
            console.Profile.Width = UnfoldedWidth;
        return console;
    });

    public static IAnsiConsole Drawing => LazyConsole.Value;

    /// <summary>True at a terminal, where lines can be drawn anew.</summary>
    public static bool IsInteractive => !Console.IsOutputRedirected && Drawing.Profile.Capabilities.Interactive && Drawing.Profile.Capabilities.Ansi;

    public static void WriteJson<T>(T report, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(report, type));

    public static void Draw(IRenderable what)
    {
        Drawing.Write(what);
    }

    /// <summary>A table whose cells are plain text, numbers to the right.</summary>
    public static Table NewTable(params ReadOnlySpan<string> columns)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in columns)
        {
            TableColumn made = new(new Text(column)) { NoWrap = true };
            table.AddColumn(made);
        }

        return table;
    }

    public static void AddTextRow(this Table table, params ReadOnlySpan<string> cells)
    {
        List<IRenderable> texts = [];
        foreach (string cell in cells)
            texts.Add(new Text(cell));
        table.AddRow(texts);
    }

    /// <summary>A number with its thousands apart.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A size in the largest unit that keeps it exact or nearly so.</summary>
    public static string Size(long bytes)
    {
        (string Unit, long Bytes)[] units = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];
        foreach ((string unit, long size) in units)
        {
            if (bytes >= size)
                return string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / size:0.##} {unit}");
        }

        return $"{bytes} B";
    }
}
