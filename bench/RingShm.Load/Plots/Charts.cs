using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace RingShm.Load.Plots;

/// <summary>The plots, each as SVG and PNG. Sizes, percentiles and what spans decades are on logarithmic axes.</summary>
internal static class Charts
{
    private const int Width = 1000;
    private const int Height = 560;
    private const int LongNameWidth = 330;
    private static readonly string[] PercentileNames = ["0", "90", "99", "99.9", "99.99", "99.999"];

    /// <summary>Latency by percentile, from the histograms.</summary>
    public static void Latency(string folder, string name, string title, IReadOnlyList<(string Label, string Path)> histograms)
    {
        if (histograms.Count == 0)
            return;
        Plot plot = New(title);
        foreach ((string label, string path) in histograms)
        {
            List<Coordinates> points = ReadHistogram(path);
            if (points.Count < 2)
                continue;
            Line(plot, label, points, markerSize: 0);
        }

        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, PercentileNames.Length).Select(i => (double)i)], PercentileNames);
        plot.XLabel("percentile");
        plot.YLabel("latency, ns");
        plot.Axes.Left.TickGenerator = Decades();
        plot.Axes.SetLimitsX(0, PercentileNames.Length - 0.5);
        plot.ShowLegend(Edge.Right);
        Save(plot, folder, name);
    }

    /// <summary>A line a contestant; what x is, the caller says.</summary>
    public static void Lines(
        string folder, string name, string title, string xLabel, string yLabel, IEnumerable<(string Label, double X, double Y)> points, bool yIsLogarithmic)
    {
        Plot plot = New(title);
        SortedSet<double> xs = [];
        int lines = 0;
        foreach (IGrouping<string, (string Label, double X, double Y)> group in points.Where(p => double.IsFinite(p.Y) && p.Y > 0).GroupBy(p => p.Label))
        {
            Coordinates[] line =
            [
                .. group.GroupBy(p => p.X).OrderBy(p => p.Key)
                    .Select(p => new Coordinates(Place(p.Key), yIsLogarithmic ? Math.Log10(p.Max(point => point.Y)) : p.Max(point => point.Y))),
            ];
            xs.UnionWith(group.Select(p => p.X));
            Line(plot, group.Key, line, markerSize: 7);
            lines++;
        }

        if (lines == 0)
            return;
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. xs.Select(Place)], [.. xs.Select(SizeText)]);
        if (yIsLogarithmic)
            plot.Axes.Left.TickGenerator = Decades();
        else
            plot.Axes.SetLimitsY(0, plot.Axes.GetDataLimits().Top * 1.1);
        plot.XLabel(xLabel);
        plot.YLabel(yLabel);
        plot.ShowLegend(Edge.Right);
        Save(plot, folder, name);

        // None stands where one does.
        static double Place(double x) => Math.Log2(Math.Max(x, 1));
    }

    /// <summary>One bar a contestant: its ratio to the yardstick.</summary>
    public static void Bars(string folder, string name, string title, IReadOnlyList<(string Label, double Ratio)> bars)
    {
        if (bars.Count == 0)
            return;
        Plot plot = New(title);
        (string Label, double Ratio)[] sorted = [.. bars.Where(bar => double.IsFinite(bar.Ratio)).OrderBy(bar => bar.Ratio)];
        var drawn = plot.Add.Bars([.. Enumerable.Range(0, sorted.Length).Select(i => (double)i)], [.. sorted.Select(bar => bar.Ratio)]);
        drawn.Horizontal = true;
        foreach (Bar bar in drawn.Bars)
            bar.Label = bar.Value.ToString("F2", CultureInfo.InvariantCulture);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, sorted.Length).Select(i => (double)i)], [.. sorted.Select(bar => bar.Label)]);
        plot.Add.VerticalLine(1, 1, Colors.Gray);
        plot.XLabel("times the yardstick; more is better");
        plot.Axes.SetLimits(0, Math.Max(1, sorted.Max(bar => bar.Ratio)) * 1.1, -0.7, sorted.Length - 0.3);
        // The axis does not make room for long names by itself.
        plot.Axes.Left.MinimumSize = LongNameWidth;
        Save(plot, folder, name);
    }

    private static Plot New(string title)
    {
        Plot plot = new();
        plot.Add.Palette = new ScottPlot.Palettes.Category20();
        plot.Title(title, 16);
        plot.Grid.MajorLineColor = Colors.LightGray;
        return plot;
    }

    private static void Line(Plot plot, string label, IReadOnlyList<Coordinates> points, float markerSize)
    {
        var line = plot.Add.Scatter(points.ToArray());
        line.LegendText = label;
        line.LineWidth = 2;
        line.MarkerSize = markerSize;
    }

    private static NumericAutomatic Decades() => new()
    {
        IntegerTicksOnly = true,
        LabelFormatter = static exponent => Math.Pow(10, exponent).ToString("#,0.###", CultureInfo.InvariantCulture),
    };

    private static string SizeText(double value) => value switch
    {
        >= 1 << 20 when value % (1 << 20) == 0 => FormattableString.Invariant($"{value / (1 << 20)} Mi"),
        >= 1 << 10 when value % (1 << 10) == 0 => FormattableString.Invariant($"{value / (1 << 10)} Ki"),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Decades of 1 / (1 - percentile), and of nanoseconds.</summary>
    private static List<Coordinates> ReadHistogram(string path)
    {
        List<Coordinates> points = [];
        foreach (string line in File.ReadLines(path))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 4
                || !double.TryParse(fields[0], CultureInfo.InvariantCulture, out double microseconds)
                || !double.TryParse(fields[3], CultureInfo.InvariantCulture, out double inverse)
                || !double.IsFinite(inverse))
                continue;
            points.Add(new Coordinates(Math.Log10(inverse), Math.Log10(Math.Max(microseconds * 1000, 1))));
        }

        return points;
    }

    private static void Save(Plot plot, string folder, string name)
    {
        plot.SaveSvg(Path.Combine(folder, name + ".svg"), Width, Height);
        plot.SavePng(Path.Combine(folder, name + ".png"), Width, Height);
    }
}
