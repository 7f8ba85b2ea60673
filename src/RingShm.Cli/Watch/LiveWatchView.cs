using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RingShm.Cli.Watch;

/// <summary>A picture that is drawn anew at each sample: for people at a terminal.</summary>
internal sealed class LiveWatchView : IWatchView
{
    private const int BarWidth = 32;
    private const int HistoryLength = 32;
    private const string Levels = "▁▂▃▄▅▆▇█";

    private readonly LiveDisplayContext _context;
    private readonly Queue<double> _written = new();
    private readonly Queue<double> _read = new();

    private LiveWatchView(LiveDisplayContext context) => _context = context;

    /// <summary>Gives the display to the action and cleans up behind it, however it ends.</summary>
    public static void Run(Action<IWatchView> action) =>
        Screen.Drawing.Live(new Text("")).Start(context => action(new LiveWatchView(context)));

    public void Begin(WatchSample sample) => Draw(sample);

    public void Show(WatchSample sample)
    {
        Remember(_written, sample.WrittenPerSecond);
        Remember(_read, sample.ReadPerSecond);
        Draw(sample);
    }

    private static void Remember(Queue<double> history, double rate)
    {
        history.Enqueue(rate);
        if (history.Count > HistoryLength)
            history.Dequeue();
    }

    private void Draw(WatchSample sample)
    {
        Grid grid = new Grid().AddColumn().AddColumn(new GridColumn().RightAligned()).AddColumn(new GridColumn().RightAligned()).AddColumn();
        Add(grid, "", "a second", "in all", "");
        Add(grid, "written", Rate(sample.WrittenPerSecond), Screen.Number(sample.MessagesWritten), Line(_written));
        Add(grid, "read", Rate(sample.ReadPerSecond), Screen.Number(sample.MessagesRead), Line(_read));
        Add(grid, "used", Percent(sample), Screen.Size(sample.UsedBytes), Bar(sample));
        Add(grid, "producers", Screen.Number(sample.Producers), "", "");
        Add(grid, "consumers", Screen.Number(sample.Consumers), "", Dead(sample));
        Add(grid, "redelivered", "", Screen.Number(sample.MessagesRedelivered), "");
        if (sample.Kind == Words.Of(RingKind.State))
        {
            Add(grid, "dead cleared away", "", Screen.Number(sample.ParticipantsRecovered), "");
        }
        else if (sample.Kind == Words.Of(RingKind.Broadcast))
        {
            Add(grid, "lost", "", Screen.Number(sample.MessagesLost), "");
            Add(grid, "readers evicted", "", Screen.Number(sample.ReadersEvicted), "");
            Add(grid, "claims given up", "", Screen.Number(sample.ClaimsRecovered), "");
            Add(grid, "dead cleared away", "", Screen.Number(sample.ParticipantsRecovered), "");
        }
        else if (sample.Kind == Words.Of(RingKind.Mpmc))
        {
            Add(grid, "returned", "", Screen.Number(sample.MessagesReturned), "");
            Add(grid, "dropped", "", Screen.Number(sample.MessagesDropped), "");
            Add(grid, "claims given up", "", Screen.Number(sample.ClaimsRecovered), "");
            Add(grid, "dead cleared away", "", Screen.Number(sample.ParticipantsRecovered), "");
        }
        else
        {
            Add(grid, "takeovers", "", Screen.Number(sample.Takeovers), "");
        }

        string title = $"{sample.Name}: {sample.Kind}, {Screen.Size(sample.CapacityBytes)}{(sample.IsCompleted ? ", completed" : "")}";
        _context.UpdateTarget(new Rows(new Text(title), new Text(""), grid, new Text(""), new Text("Ctrl-C ends.")));
    }

    private static void Add(Grid grid, params ReadOnlySpan<string> cells)
    {
        List<IRenderable> texts = [];
        foreach (string cell in cells)
            texts.Add(new Text(cell));
        grid.AddRow([.. texts]);
    }

    private static string Dead(WatchSample sample) =>
        sample.DeadParticipants == 0 ? "" : $"and {Screen.Number(sample.DeadParticipants)} dead, not cleared away yet";

    private static string Rate(double rate) => rate.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(WatchSample sample) => string.Create(CultureInfo.InvariantCulture, $"{sample.UsedPercent:0} %");

    private static string Bar(WatchSample sample)
    {
        bool hasBlocks = Screen.Drawing.Profile.Capabilities.Unicode;
        int full = (int)Math.Ceiling(BarWidth * sample.UsedPercent / 100);
        return new string(hasBlocks ? '█' : '#', full) + new string(hasBlocks ? '░' : '.', BarWidth - full);
    }

    private static string Line(Queue<double> history)
    {
        double highest = history.Count == 0 ? 0 : history.Max();
        if (highest <= 0 || !Screen.Drawing.Profile.Capabilities.Unicode)
            return "";
        return string.Concat(history.Select(rate => Levels[(int)(rate / highest * (Levels.Length - 1))]));
    }
}
