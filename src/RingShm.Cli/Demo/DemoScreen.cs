using System.Globalization;
using Spectre.Console;

namespace RingShm.Cli.Demo;

/// <summary>Prints the demo's results for people.</summary>
internal static class DemoScreen
{
    private const int BarCells = 40;

    private static bool IsUnicode => Screen.Drawing.Profile.Capabilities.Unicode;

    public static void Draw(DemoReport report)
    {
        Line($"Two processes: {report.ProcessId} {Place(report.Cpu)} receives, {report.PeerProcessId} {Place(report.PeerCpu)} sends.");
        Line("");
        DrawStream(report.Stream);
        DrawThroughput(report.Throughput);
        DrawRoundTrip(report.RoundTrip);
    }

    private static void DrawStream(StreamReport stream)
    {
        string source = Directory.Exists(stream.Source) ? $"{stream.Files} files of {stream.Source}" : stream.Source;
        Line($"Real bytes: {source}");
        Line(Text(
            $"  {stream.Bytes / 1e6:N1} MB in {stream.Messages:N0} messages of {stream.SmallestMessageBytes:N0} to {stream.LargestMessageBytes:N0} bytes, {stream.MegabytesPerSecond:N0} MB/s with both ends hashing"));
        Line($"  sent      SHA-256 {stream.SentSha256}");
        Line($"  received  SHA-256 {stream.ReceivedSha256}  equal");
        Line("");
    }

    private static void DrawThroughput(IReadOnlyList<ThroughputReport> throughput)
    {
        Line("Throughput, every message checked to be the next");
        Table table = Screen.NewTable("MESSAGES", "A CALL", "MILLION/S", "MB/S", "NS EACH");
        foreach (int number in (ReadOnlySpan<int>)[1, 2, 3, 4])
            table.Columns[number].Alignment = Justify.Right;
        foreach (ThroughputReport line in throughput)
        {
            table.AddTextRow(
                line.Name,
                Screen.Number(line.MessagesPerCall),
                Text($"{line.MessagesPerSecond / 1e6:N1}"),
                Text($"{line.MegabytesPerSecond:N0}"),
                Text($"{1e9 / line.MessagesPerSecond:N1}"));
        }

        Screen.Draw(table);
    }

    private static void DrawRoundTrip(RoundTripReport roundTrip)
    {
        Line(Text($"Round trip of a {roundTrip.MessageBytes}-byte message over two rings, {roundTrip.RoundTrips:N0} times"));
        Table table = Screen.NewTable("P50", "P90", "P99", "P99.9", "MAX");
        foreach (TableColumn column in table.Columns)
            column.Alignment = Justify.Right;
        table.AddTextRow(
            Time(roundTrip.P50Nanoseconds),
            Time(roundTrip.P90Nanoseconds),
            Time(roundTrip.P99Nanoseconds),
            Time(roundTrip.P999Nanoseconds),
            Time(roundTrip.MaxNanoseconds));
        Screen.Draw(table);
        DrawHistogram(roundTrip);
    }

    private static void DrawHistogram(RoundTripReport roundTrip)
    {
        char block = IsUnicode ? '█' : '#';
        long most = Math.Max(1, roundTrip.Histogram.Select(static bucket => bucket.RoundTrips).DefaultIfEmpty(1).Max());
        foreach (BucketReport bucket in roundTrip.Histogram)
        {
            // A bar of at least one cell for a bucket that is not empty.
            int cells = (int)((bucket.RoundTrips * BarCells + most - 1) / most);
            string share = Text($"{100.0 * bucket.RoundTrips / Math.Max(1, roundTrip.RoundTrips):0.0} %");
            Line($"  {Time(bucket.FromNanoseconds),9} to {Time(bucket.ToNanoseconds),9}  {share,7}  {new string(block, cells)}");
        }
    }

    private static string Place(int? cpu) => cpu is { } number ? $"(pinned to CPU {number})" : "(not pinned)";

    private static string Time(long nanoseconds) => nanoseconds switch
    {
        < 10_000 => Text($"{nanoseconds:N0} ns"),
        < 10_000_000 => Text($"{nanoseconds / 1e3:N1} {(IsUnicode ? "µs" : "us")}"),
        _ => Text($"{nanoseconds / 1e6:N1} ms"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Line(string text) => Console.Out.WriteLine(text);
}
