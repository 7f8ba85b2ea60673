using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using RingShm.Load.Reporting;
using RingShm.Load.Results;
using Spectre.Console;

namespace RingShm.Load.Lifecycle;

/// <summary>What the process that is killed holds at its death.</summary>
internal enum Victim
{
    /// <summary>A claim of an MPMC ring, with a live producer's message behind it.</summary>
    MpmcClaim,

    /// <summary>A message of an MPMC ring, taken and not handed back.</summary>
    MpmcLease,

    /// <summary>The producer's role of an SPSC ring.</summary>
    SpscProducer,
}

/// <summary>
/// Creating and attaching, and what a <c>kill -9</c> costs the survivors.
/// </summary>
/// <remarks>
/// <code>
///  victim:    attach, hold  --ready--> | killed
///  this:                      kill -9, clock "since the kill" starts
///                             kernel has reaped it, clock "since a survivor could meet it" starts
///                             TryRead | AttachProducer until it succeeds, both clocks stop
/// </code>
/// </remarks>
internal static class LifecycleBench
{
    public const string VictimCommand = "victim";

    private const long Longest = 10_000_000_000;
    /// <summary>Recoveries that only have the paths compiled.</summary>
    private const int WarmUps = 5;
    private const int RingBytes = 1 << 20;
    private const int FailureExitCode = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static int Run(int count, string? outputFolder)
    {
        if (!OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine("Kills are measured on Linux only.");
            return FailureExitCode;
        }

        List<(string Name, Series Series, double? Goal, double Percentile)> results =
        [
            ("create an SPSC ring of 1 MiB, pages made", new Series(), 1e6, 50),
            ("open it and attach", new Series(), 2e5, 50),
        ];
        string name = "ringshm-lifecycle-" + Guid.NewGuid().ToString("N");
        AnsiConsole.Progress().AutoRefresh(false).AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask("lifecycle", maxValue: count * 4);
            void Step()
            {
                task.Increment(1);
                context.Refresh();
            }

            // Twice: the first half compiles.
            for (int i = 0; i < count * 2; i++)
                CreateAndAttach(name, i < count ? null : results[0].Series, i < count ? null : results[1].Series);
            for (int i = 0; i < count; i++)
                Step();
            foreach (Victim kind in Enum.GetValues<Victim>())
            {
                Series sinceKill = new(), sinceMet = new();
                for (int i = -WarmUps; i < count; i++)
                {
                    (long killed, long met) = Recover($"{name}-{kind}-{i + WarmUps}", kind);
                    if (i < 0)
                        continue;
                    sinceKill.Add(Math.Max(1, (long)(killed * Clock.NanosecondsPerTick)));
                    sinceMet.Add(Math.Max(1, (long)(met * Clock.NanosecondsPerTick)));
                    Step();
                }

                results.Add(($"{kind}: from the kill to the recovery", sinceKill, null, 99));
                results.Add(($"{kind}: from when a survivor could meet it", sinceMet, 1e6, 99));
            }
        });
        Show(results, count);
        if (outputFolder != null)
            Write(outputFolder, results, count);
        return 0;
    }

    /// <summary>The child: holds something, says so, and waits to be killed.</summary>
    public static int BeVictim(string name, Victim kind)
    {
        if (kind == Victim.SpscProducer)
        {
            SpscRing ring = SpscRing.Open(name);
            SpscProducer producer = ring.AttachProducer();
            Console.WriteLine("ready");
            _ = Console.In.Read();
            producer.Dispose();
            return 0;
        }

        MpmcRing shared = MpmcRing.Open(name);
        if (kind == Victim.MpmcClaim)
        {
            if (!shared.AttachProducer().TryClaim(8, out Claim claim))
                return FailureExitCode;
            Console.WriteLine("ready");
            _ = Console.In.Read();
            claim.Dispose();
            return 0;
        }

        if (!shared.AttachConsumer().TryRead(out Message message))
            return FailureExitCode;
        Console.WriteLine("ready");
        _ = Console.In.Read();
        message.Dispose();
        return 0;
    }

    private static void CreateAndAttach(string name, Series? creation, Series? attachment)
    {
        long start = Stopwatch.GetTimestamp();
        using (SpscRing made = SpscRing.Create(name, new RingOptions { CapacityBytes = RingBytes }))
        {
            creation?.Add((long)(Stopwatch.GetElapsedTime(start).Ticks * (double)TimeSpan.NanosecondsPerTick));
            start = Stopwatch.GetTimestamp();
            using SpscRing opened = SpscRing.Open(name);
            using SpscProducer producer = opened.AttachProducer();
            attachment?.Add((long)(Stopwatch.GetElapsedTime(start).Ticks * (double)TimeSpan.NanosecondsPerTick));
        }

        Ring.Remove(name);
    }

    private static (long SinceKill, long SinceMet) Recover(string name, Victim kind)
    {
        try
        {
            return kind == Victim.SpscProducer ? TakeRole(name) : TakeMessage(name, kind);
        }
        finally
        {
            Ring.Remove(name);
        }
    }

    private static (long SinceKill, long SinceMet) TakeRole(string name)
    {
        using SpscRing ring = SpscRing.Create(name, new RingOptions { CapacityBytes = RingBytes });
        using Process victim = Start(name, Victim.SpscProducer);
        (long killed, long met) = Kill(victim);
        while (true)
        {
            try
            {
                using SpscProducer producer = ring.AttachProducer();
                long now = Stopwatch.GetTimestamp();
                return (now - killed, now - met);
            }
            catch (RoleTakenException) when (Stopwatch.GetElapsedTime(met) < Patience)
            {
            }
        }
    }

    private static (long SinceKill, long SinceMet) TakeMessage(string name, Victim kind)
    {
        using MpmcRing ring = MpmcRing.Create(name, new RingOptions { CapacityBytes = RingBytes, MaxMessageBytes = 64 });
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        if (kind == Victim.MpmcLease)
            producer.TryWrite("12345678"u8);
        using Process victim = Start(name, kind);
        if (kind == Victim.MpmcClaim)
            producer.TryWrite("12345678"u8);
        (long killed, long met) = Kill(victim);
        Message message;
        while (!consumer.TryRead(out message))
        {
            if (Stopwatch.GetElapsedTime(met) > Patience)
                throw new InvalidDataException($"What a killed process held ({kind}) has not come back in {Patience.TotalSeconds} s.");
        }

        long now = Stopwatch.GetTimestamp();
        message.Dispose();
        return (now - killed, now - met);
    }

    private static (long Killed, long Met) Kill(Process victim)
    {
        long killed = Stopwatch.GetTimestamp();
        victim.Kill();
        victim.WaitForExit();
        return (killed, Stopwatch.GetTimestamp());
    }

    private static Process Start(string name, Victim kind)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Started through the dotnet host, this program is that host's first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in (string[])[.. LoadCommands.OwnPath, VictimCommand, name, ((int)kind).ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        Process victim = Process.Start(start)!;
        return victim.StandardOutput.ReadLine() == "ready"
            ? victim
            : throw new IOException($"The process to be killed ({kind}) did not get ready.");
    }

    private static void Show(List<(string Name, Series Series, double? Goal, double Percentile)> results, int count)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .Title(string.Create(CultureInfo.InvariantCulture, $"Lifecycle, microseconds, {count} times each"))
            .AddColumns("", "p50", "p99", "max", "goal");
        foreach ((string name, Series series, double? goal, double percentile) in results)
        {
            LongHistogram histogram = series.Histogram;
            double judged = histogram.GetValueAtPercentile(percentile);
            table.AddRow(
                new Text(name), Right(histogram.GetValueAtPercentile(50)), Right(histogram.GetValueAtPercentile(99)), Right(histogram.GetMaxValue()),
                new Text(goal is { } limit
                    ? string.Create(CultureInfo.InvariantCulture, $"p{percentile} ≤ {limit / 1e3:F0} {(judged <= limit ? "met" : "missed")}")
                    : ""));
        }

        AnsiConsole.Write(table);
    }

    private static void Write(string folder, List<(string Name, Series Series, double? Goal, double Percentile)> results, int count)
    {
        Spread none = new(double.NaN, double.NaN, double.NaN);
        ResultFile file = new(
            DateTimeOffset.UtcNow, Machine.Describe("none"), string.Create(CultureInfo.InvariantCulture, $"{count} times each"),
            [
                .. results.Select(result => new LoadResult
                {
                    Key = "Lifecycle: " + result.Name,
                    Part = "Lifecycle",
                    Family = "Lifecycle",
                    Name = result.Name,
                    MessageBytes = 0,
                    Shape = "1x1",
                    MoreIsBetter = false,
                    Goal = result.Goal,
                    Judged = result.Series.Histogram.GetValueAtPercentile(result.Percentile),
                    Ratio = none,
                    Nanoseconds = none,
                    BaselineNanoseconds = none,
                    Latencies = Percentiles.Of(result.Series.Histogram),
                    KeptCount = count,
                }),
            ]);
        Directory.CreateDirectory(folder);
        file.Write(Path.Combine(folder, "lifecycle.json"));
        using StreamWriter csv = new(Path.Combine(folder, "lifecycle.csv"));
        csv.WriteLine("what;index;ns");
        foreach ((string name, Series series, _, _) in results)
        {
            for (int i = 0; i < series.Values.Count; i++)
                csv.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name};{i};{series.Values[i]}"));
        }
    }

    /// <summary>What was measured of one thing, in nanoseconds and in order.</summary>
    private sealed class Series
    {
        public LongHistogram Histogram { get; } = new(1, Longest, 3);

        public List<long> Values { get; } = [];

        public void Add(long nanoseconds)
        {
            Histogram.RecordValue(nanoseconds);
            Values.Add(nanoseconds);
        }
    }

    private static Text Right(long nanoseconds) =>
        new Text((nanoseconds / 1e3).ToString("F1", CultureInfo.InvariantCulture)).RightJustified();
}
