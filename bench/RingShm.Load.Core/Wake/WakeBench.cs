using System.Diagnostics;
using System.Globalization;
using RingShm.Load.Reporting;
using RingShm.Load.Results;
using RingShm.Waiting;
using Spectre.Console;

namespace RingShm.Load.Wake;

// How soon a sleeper in another process runs, and what it costs a producer that somebody might sleep:
//
//   leader, cpu 0: rest, stamp, publish, ring ----> follower, cpu 1: asleep; awake, stamp
//
// One burst of raw futex pings in C (bench/native/wake.c) and one of the doorbell, in turns; each pair gives a ratio of medians, and
// every wake-up of the pairs that count goes into a histogram of its side.
// The second table writes to an SpscRing<T> with nothing, the doorbell's look, and a fence and the look after each message.

/// <summary>The wake benchmark: both processes' sides.</summary>
internal static unsafe class WakeBench
{
    public const string FollowCommand = "follow-wake";

    /// <summary>What the histogram of the raw futex's wake-ups is called in a folder of results, without its ending.</summary>
    public const string RawHistogram = "wake-raw";

    /// <summary>The doorbell's.</summary>
    public const string DoorbellHistogram = "wake-doorbell";

    private const int Pings = 400;
    private const long RestNanoseconds = 100_000;
    private const long Messages = 1_000_000;

    private enum Mode
    {
        Raw,
        Doorbell,
        NoDoorbell,
        Look,
        FenceAndLook,
    }

    public static int Lead(int pairs, int leaderCpu, int followerCpu, string? outputFolder)
    {
        if (!OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine("The raw futex ping is Linux's.");
            return 2;
        }

        string run = "ringshm-wake-" + Guid.NewGuid().ToString("N");
        NativeWake native = NativeWake.Build();
        using Stage stage = Stage.Create(run);
        using WakeStage words = WakeStage.Create(run + "-words");
        using SpscRing<ulong> ring = SpscRing<ulong>.Create(run + "-ring", new RingOptions { CapacityBytes = 1 << 18 });
        using SpscProducer<ulong> producer = ring.AttachProducer();
        using Process follower = Start(run, followerCpu, native.Path);
        Pinning.PinTo(leaderCpu);
        bool registered = !ProcessBarrier.RingersFence;
        Dictionary<Mode, List<double>> results = Enum.GetValues<Mode>().ToDictionary(static mode => mode, static _ => new List<double>());
        List<double> tails = [], rawTails = [];
        Latencies every = new();
        for (int pair = 0; pair < pairs + 2; pair++)
        {
            Mode[] order = pair % 2 == 0 ? [Mode.Raw, Mode.Doorbell] : [Mode.Doorbell, Mode.Raw];
            foreach (Mode mode in order)
            {
                long[] latencies = Ping(stage, words, native, mode);
                // The first two pairs warm up.
                if (pair < 2)
                    continue;
                results[mode].Add(latencies[Pings / 2]);
                (mode == Mode.Raw ? rawTails : tails).Add(latencies[Pings * 99 / 100]);
                Latencies.Record(mode == Mode.Raw ? every.Baseline : every.Contestant, latencies);
            }

            foreach (Mode mode in new[] { Mode.NoDoorbell, Mode.Look, Mode.FenceAndLook })
            {
                double nanoseconds = Stream(stage, words, producer, mode);
                if (pair >= 2)
                    results[mode].Add(nanoseconds);
            }
        }

        stage.Call(Act.Exit, 0, new Burst(0, 0));
        _ = stage.Start();
        follower.WaitForExit();
        Ring.Remove(run + "-ring");
        Show(results, rawTails, tails, registered);
        if (outputFolder != null)
            Write(outputFolder, results, rawTails, tails, every, pairs);
        return 0;
    }

    public static int Follow(string run, int cpu, string library)
    {
        NativeWake native = new(library);
        using Stage stage = Stage.Open(run);
        using WakeStage words = WakeStage.Open(run + "-words");
        using SpscRing<ulong> ring = SpscRing<ulong>.Open(run + "-ring");
        using SpscConsumer<ulong> consumer = ring.AttachConsumer();
        Pinning.PinTo(cpu);
        while (stage.Await(out int mode, out Burst burst) != Act.Exit)
        {
            switch ((Mode)mode)
            {
                case Mode.Raw:
                    native.Follow(words, burst.Count, (uint)burst.First);
                    break;
                case Mode.Doorbell:
                    FollowDoorbell(words, burst);
                    break;
                default:
                    for (long i = 0; i < burst.Count;)
                        i += consumer.TryRead(out ulong _) ? 1 : 0;
                    break;
            }

            stage.Report(default, 0);
        }

        return 0;
    }

    /// <summary>How long each wake-up took, the shortest first: in the stopwatch's ticks, which are the C side's nanoseconds on Linux.</summary>
    private static long[] Ping(Stage stage, WakeStage words, NativeWake native, Mode mode)
    {
        Volatile.Write(ref *words.Ack, 0);
        long first = mode == Mode.Raw ? *(uint*)words.RawWord : *words.Published;
        stage.Call(Act.Contestant, (int)mode, new Burst(Pings, first));
        _ = stage.Start();
        if (mode == Mode.Raw)
            native.Lead(words, Pings, RestNanoseconds);
        else
            LeadDoorbell(words, first);
        _ = stage.Finish(out _, out _);
        long[] latencies = new long[Pings];
        for (int i = 0; i < Pings; i++)
            latencies[i] = words.Woken[i] - words.Sent[i];
        Array.Sort(latencies);
        return latencies;
    }

    private static void LeadDoorbell(WakeStage words, long first)
    {
        for (int i = 0; i < Pings; i++)
        {
            long end = Stopwatch.GetTimestamp() + RestNanoseconds;
            while (Stopwatch.GetTimestamp() < end)
            {
            }

            words.Sent[i] = Stopwatch.GetTimestamp();
            Volatile.Write(ref *words.Published, first + i + 1);
            words.Doorbell.Ring();
            while (Volatile.Read(ref *words.Ack) != i + 1)
            {
            }
        }
    }

    private static void FollowDoorbell(WakeStage words, in Burst burst)
    {
        for (int i = 0; i < burst.Count; i++)
        {
            WakeStage.Condition condition = new(words, burst.First + i + 1);
            _ = words.Point.Wait(ref condition, Timeout.InfiniteTimeSpan, CancellationToken.None);
            words.Woken[i] = Stopwatch.GetTimestamp();
            Volatile.Write(ref *words.Ack, i + 1);
        }
    }

    /// <summary>Nanoseconds a message.</summary>
    private static double Stream(Stage stage, WakeStage words, SpscProducer<ulong> producer, Mode mode)
    {
        Doorbell<Memory.DirectMemory> bell = mode == Mode.Look ? words.Doorbell : words.FencedDoorbell;
        stage.Call(Act.Contestant, (int)mode, new Burst(Messages, 0));
        long start = stage.Start();
        if (mode == Mode.NoDoorbell)
        {
            for (long i = 0; i < Messages;)
                i += producer.TryWrite((ulong)i) ? 1 : 0;
        }
        else
        {
            for (long i = 0; i < Messages;)
            {
                if (!producer.TryWrite((ulong)i))
                    continue;
                bell.Ring();
                i++;
            }
        }

        _ = stage.Finish(out long end, out _);
        return (end - start) * Clock.NanosecondsPerTick / Messages;
    }

    private static void Show(Dictionary<Mode, List<double>> results, List<double> rawTails, List<double> tails, bool registered)
    {
        Spread Of(Mode mode) => Spread.Of(results[mode]);
        Spread Over(Mode mode, Mode baseline) => Spread.Of(results[mode].Zip(results[baseline], static (a, b) => a / b));
        string Text(Spread spread, string format) => string.Create(
            CultureInfo.InvariantCulture, $"{spread.Median.ToString(format, CultureInfo.InvariantCulture)} ({spread.Lower.ToString(format, CultureInfo.InvariantCulture)}–{spread.Upper.ToString(format, CultureInfo.InvariantCulture)})");
        Table wake = new Table().Border(TableBorder.Simple).Title("Wake-up latency, sleeper on another processor; median (quartiles) of bursts")
            .AddColumns("", "p50 ns", "p99 ns", "ratio of p50, goal <= 1.25");
        _ = wake.AddRow("raw futex, C", Text(Of(Mode.Raw), "F0"), Text(Spread.Of(rawTails), "F0"), "1");
        _ = wake.AddRow("doorbell", Text(Of(Mode.Doorbell), "F0"), Text(Spread.Of(tails), "F0"), Text(Over(Mode.Doorbell, Mode.Raw), "F3"));
        AnsiConsole.Write(wake);
        Table cost = new Table().Border(TableBorder.Simple).Title("8-byte messages, nobody sleeps; what follows each write")
            .AddColumns("", "ns a message", "ratio");
        _ = cost.AddRow("nothing", Text(Of(Mode.NoDoorbell), "F2"), "1");
        _ = cost.AddRow(registered ? "look (sleepers fence)" : "look (not allowed here)", Text(Of(Mode.Look), "F2"), Text(Over(Mode.Look, Mode.NoDoorbell), "F3"));
        _ = cost.AddRow("fence and look", Text(Of(Mode.FenceAndLook), "F2"), Text(Over(Mode.FenceAndLook, Mode.NoDoorbell), "F3"));
        AnsiConsole.Write(cost);
    }

    private static void Write(
        string folder, Dictionary<Mode, List<double>> results, List<double> rawTails, List<double> tails, Latencies every, int pairs)
    {
        LoadResult Result(string name, Mode mode, Mode baseline, string against, double? goal) => new()
        {
            Key = "Wake: " + name,
            Part = "Wake",
            Family = "Wake",
            Name = name,
            MessageBytes = sizeof(long),
            Shape = "1x1",
            MoreIsBetter = false,
            Goal = goal,
            Against = against,
            Ratio = Spread.Of(results[mode].Zip(results[baseline], static (a, b) => a / b)),
            Nanoseconds = Spread.Of(results[mode]),
            BaselineNanoseconds = Spread.Of(results[baseline]),
            KeptCount = results[mode].Count,
        };
        Directory.CreateDirectory(folder);
        new ResultFile(
            DateTimeOffset.UtcNow, Machine.Describe("none"),
            string.Create(CultureInfo.InvariantCulture, $"{pairs} pairs of bursts of {Pings} wake-ups, and of {Messages} messages"),
            [
                Result("doorbell, wake-up, p50", Mode.Doorbell, Mode.Raw, "raw futex in C", 1.25) with
                {
                    Latencies = Percentiles.Of(every.Contestant),
                    BaselineLatencies = Percentiles.Of(every.Baseline),
                },
                Result("look after each message, nobody sleeps", Mode.Look, Mode.NoDoorbell, "nothing", null),
                Result("fence and look after each message, nobody sleeps", Mode.FenceAndLook, Mode.NoDoorbell, "nothing", null),
            ]).Write(Path.Combine(folder, "wake.json"));
        ResultFolder.WriteHistogram(folder, RawHistogram, every.Baseline);
        ResultFolder.WriteHistogram(folder, DoorbellHistogram, every.Contestant);
        using StreamWriter csv = new(Path.Combine(folder, "wake.csv"));
        csv.WriteLine("pair;rawP50Ns;doorbellP50Ns;rawP99Ns;doorbellP99Ns;nothingNs;lookNs;fenceAndLookNs");
        for (int i = 0; i < tails.Count; i++)
        {
            csv.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{i};{results[Mode.Raw][i]:F0};{results[Mode.Doorbell][i]:F0};{rawTails[i]:F0};{tails[i]:F0};{results[Mode.NoDoorbell][i]:F2};{results[Mode.Look][i]:F2};{results[Mode.FenceAndLook][i]:F2}"));
        }
    }

    private static Process Start(string run, int cpu, string library)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in (string[])[.. LoadCommands.OwnPath, FollowCommand, run, cpu.ToString(CultureInfo.InvariantCulture), library])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
