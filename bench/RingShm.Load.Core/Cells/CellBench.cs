using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using RingShm.Load.Reporting;
using RingShm.Load.Results;
using Spectre.Console;

namespace RingShm.Load.Cells;

// What a whole value costs to read: a 64-byte value of a state cell against a bare copy of 64 bytes, which may be torn.
//
//   follower, cpu 1: writes, with or without a pause ----> 64 bytes (bare), or a cell ----> leader, cpu 0: reads, as fast as it can
//
// One burst of bare copies and one of reads in turns, while the other processor writes at the same pace into what is read, or into
// nothing. Each pair gives a ratio of means. Every read of the cell is checked to be whole; the bare copies are counted.

/// <summary>The benchmark of state cells: both processes' sides.</summary>
internal static unsafe class CellBench
{
    public const string FollowCommand = "follow-state";

    private const int UnfoldedWidth = 160;
    private const int WarmUps = 2;
    private const int Rehearsals = 100;
    private const long RehearsedReads = 10_000;
    private const long Reads = 500_000;

    /// <summary>Nanoseconds between two writes; negative for none.</summary>
    private static readonly int[] Pauses = [-1, 10_000, 1_000, 200, 0];

    public static int Lead(int pairs, int leaderCpu, int followerCpu, string? outputFolder)
    {
        string run = "ringshm-state-" + Guid.NewGuid().ToString("N");
        using Stage stage = Stage.Create(run);
        using SharedFile bare = SharedFile.Create(run + "-bare", Environment.SystemPageSize);
        using StateCell<Value64> cell = StateCell<Value64>.Create(run + "-cell");
        using StateReader<Value64> reader = cell.AttachReader();
        using Process follower = Start(run, followerCpu);
        // In the middle of a page: a copy to the offset from which it comes would wait for its own stores.
        byte* page = (byte*)NativeMemory.AlignedAlloc((nuint)Environment.SystemPageSize, (nuint)Environment.SystemPageSize);
        Value64* sink = (Value64*)(page + (Environment.SystemPageSize / 2));
        Pinning.PinTo(leaderCpu);
        // Compiled at their best before anything is measured.
        for (int i = 0; i < Rehearsals; i++)
        {
            _ = Copy(bare.Start, sink, RehearsedReads);
            _ = Read(reader, sink, RehearsedReads);
            Thread.Sleep(2);
        }

        List<CellRow> rows = [];
        for (int i = 0; i < Pauses.Length; i++)
        {
            CellRow row = new(Pauses[i]);
            for (int pair = 0; pair < pairs + WarmUps; pair++)
            {
                CellBurst copied = default;
                CellBurst read = default;
                for (int turn = 0; turn < 2; turn++)
                {
                    bool isCell = (pair + turn) % 2 == 1;
                    stage.Call(isCell ? Act.Contestant : Act.Baseline, i, new Burst(Reads, 0));
                    _ = stage.Start();
                    CellBurst burst = isCell ? Read(reader, sink, Reads) : Copy(bare.Start, sink, Reads);
                    // The follower writes until it sees this.
                    Volatile.Write(ref *StopWord(bare), 1);
                    Receipt receipt = stage.Finish(out _, out _);
                    Volatile.Write(ref *StopWord(bare), 0);
                    burst = burst with { Writes = (long)receipt.Sum, WriteNanoseconds = receipt.Disorder };
                    if (isCell)
                        read = burst;
                    else
                        copied = burst;
                }

                if (pair >= WarmUps)
                    row.Pairs.Add((copied, read));
            }

            rows.Add(row);
        }

        stage.Call(Act.Exit, 0, new Burst(0, 0));
        _ = stage.Start();
        follower.WaitForExit();
        if (!OperatingSystem.IsWindows())
            Ring.Remove(run + "-cell");
        NativeMemory.AlignedFree(page);
        Show(rows);
        if (outputFolder != null)
            Write(outputFolder, rows, pairs);
        return rows.Sum(static row => row.Pairs.Sum(static pair => pair.Cell.Torn)) == 0 ? 0 : 1;
    }

    public static int Follow(string run, int cpu)
    {
        using Stage stage = Stage.Open(run);
        using SharedFile bare = SharedFile.Open(run + "-bare");
        using StateCell<Value64> cell = StateCell<Value64>.Open(run + "-cell");
        using StateWriter<Value64> writer = cell.AttachWriter();
        writer.Write(new Value64(0));
        Pinning.PinTo(cpu);
        for (Act act = stage.Await(out int pause, out _); act != Act.Exit; act = stage.Await(out pause, out _))
        {
            long start = Stopwatch.GetTimestamp();
            long writes = Write(act == Act.Contestant ? writer : null, bare, Pauses[pause]);
            double nanoseconds = (Stopwatch.GetTimestamp() - start) * Clock.NanosecondsPerTick;
            stage.Report(new Receipt((ulong)writes, (ulong)nanoseconds), 0);
        }

        return 0;
    }

    private static long Write(StateWriter<Value64>? writer, SharedFile bare, int pauseNanoseconds)
    {
        long pause = (long)(pauseNanoseconds / Clock.NanosecondsPerTick);
        long writes = 0;
        while (Volatile.Read(ref *StopWord(bare)) == 0)
        {
            if (pauseNanoseconds < 0)
                continue;
            Value64 value = new(++writes);
            if (writer == null)
                StoreBare(bare.Start, value);
            else
                _ = writer.Write(value);
            for (long until = Stopwatch.GetTimestamp() + pause; pause > 0 && Stopwatch.GetTimestamp() < until;)
            {
                // Rests.
            }
        }

        return writes;
    }

    private static CellBurst Copy(byte* from, Value64* value, long reads)
    {
        long torn = 0;
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < reads; i++)
        {
            LoadBare(from, out *value);
            torn += value->IsWhole ? 0 : 1;
        }

        return new CellBurst(NanosecondsSince(start, reads), torn, 0, 0);
    }

    private static CellBurst Read(StateReader<Value64> reader, Value64* value, long reads)
    {
        long torn = 0;
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < reads; i++)
        {
            _ = reader.TryRead(out *value);
            torn += value->IsWhole ? 0 : 1;
        }

        return new CellBurst(NanosecondsSince(start, reads), torn, 0, 0);
    }

    private static double NanosecondsSince(long start, long reads) => (Stopwatch.GetTimestamp() - start) * Clock.NanosecondsPerTick / reads;

    /// <summary>The moves that a cell uses, without a cell around them; not inlined, so that each copy is made.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadBare(byte* from, out Value64 value) => Memory.DirectMemory.Read(from, out value, default);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreBare(byte* to, in Value64 value) => Memory.DirectMemory.Write(to, value, default);

    /// <summary>Away from the 64 bytes.</summary>
    private static long* StopWord(SharedFile bare) => (long*)(bare.Start + 1024);

    private static void Show(List<CellRow> rows)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .Title("A 64-byte value of a state cell against a bare copy of 64 bytes; median (quartiles)")
            .AddColumns("the other processor writes", "copy ns", "cell ns", "ratio, goal <= 2", "torn copies", "torn values", "ns a write: bare", "cell");
        foreach (CellRow row in rows)
        {
            _ = table.AddRow(
                Pace(row),
                Text(row.Pairs.Select(static pair => pair.Bare.ReadNanoseconds), "F2"),
                Text(row.Pairs.Select(static pair => pair.Cell.ReadNanoseconds), "F2"),
                Text(row.Pairs.Select(static pair => pair.Cell.ReadNanoseconds / pair.Bare.ReadNanoseconds), "F2"),
                row.Pairs.Sum(static pair => pair.Bare.Torn).ToString("N0", CultureInfo.InvariantCulture),
                row.Pairs.Sum(static pair => pair.Cell.Torn).ToString("N0", CultureInfo.InvariantCulture),
                row.PauseNanoseconds == 0 ? Text(row.Pairs.Select(static pair => pair.Bare.WriteNanoseconds / pair.Bare.Writes), "F1") : "",
                row.PauseNanoseconds == 0 ? Text(row.Pairs.Select(static pair => pair.Cell.WriteNanoseconds / pair.Cell.Writes), "F1") : "");
        }

        // A line that goes to a file is never folded.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = UnfoldedWidth;
        AnsiConsole.Write(table);
    }

    private static string Pace(CellRow row) => row.PauseNanoseconds switch
    {
        < 0 => "nothing",
        0 => "without a pause",
        _ => FormattableString.Invariant($"every {row.PauseNanoseconds / 1000.0:0.#} µs"),
    };

    private static void Write(string folder, List<CellRow> rows, int pairs)
    {
        Directory.CreateDirectory(folder);
        new ResultFile(
            DateTimeOffset.UtcNow, Machine.Describe("none"),
            string.Create(CultureInfo.InvariantCulture, $"{pairs} pairs of bursts of {Reads} reads at each pace"),
            [
                .. rows.Select(row => new LoadResult
                {
                    Key = "State: other writes " + Pace(row),
                    Part = "State",
                    Family = "State",
                    Name = Pace(row),
                    MessageBytes = 64,
                    Shape = "1x1",
                    MoreIsBetter = false,
                    Goal = 2,
                    Against = "bare copy, which may be torn",
                    Ratio = Spread.Of(row.Pairs.Select(static pair => pair.Cell.ReadNanoseconds / pair.Bare.ReadNanoseconds)),
                    Nanoseconds = Spread.Of(row.Pairs.Select(static pair => pair.Cell.ReadNanoseconds)),
                    BaselineNanoseconds = Spread.Of(row.Pairs.Select(static pair => pair.Bare.ReadNanoseconds)),
                    KeptCount = row.Pairs.Count,
                    Disorder = row.Pairs.Sum(static pair => pair.Cell.Torn),
                    BaselineDisorder = row.Pairs.Sum(static pair => pair.Bare.Torn),
                }),
            ]).Write(Path.Combine(folder, "state.json"));
        using StreamWriter csv = new(Path.Combine(folder, "state.csv"));
        csv.WriteLine("pauseNs;pair;copyNs;cellNs;tornCopies;tornValues;bareWrites;bareWritesNs;cellWrites;cellWritesNs");
        foreach (CellRow row in rows)
        {
            for (int i = 0; i < row.Pairs.Count; i++)
            {
                (CellBurst bare, CellBurst cell) = row.Pairs[i];
                csv.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.PauseNanoseconds};{i};{bare.ReadNanoseconds:F3};{cell.ReadNanoseconds:F3};{bare.Torn};{cell.Torn};{bare.Writes};{bare.WriteNanoseconds:F0};{cell.Writes};{cell.WriteNanoseconds:F0}"));
            }
        }
    }

    private static string Text(IEnumerable<double> values, string format)
    {
        Spread spread = Spread.Of(values);
        return string.Create(CultureInfo.InvariantCulture,
            $"{spread.Median.ToString(format, CultureInfo.InvariantCulture)} ({spread.Lower.ToString(format, CultureInfo.InvariantCulture)}–{spread.Upper.ToString(format, CultureInfo.InvariantCulture)})");
    }

    private static Process Start(string run, int cpu)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (string argument in LoadCommands.OwnPath)
            start.ArgumentList.Add(argument);
        foreach (string argument in new[] { FollowCommand, run, cpu.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}

/// <summary>What one burst gave.</summary>
internal readonly record struct CellBurst(double ReadNanoseconds, long Torn, long Writes, double WriteNanoseconds);

/// <summary>All pairs of one pace.</summary>
internal sealed record CellRow(int PauseNanoseconds)
{
    public List<(CellBurst Bare, CellBurst Cell)> Pairs { get; } = [];
}

/// <summary>64 bytes that say the same eight times.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Value64(long A, long B, long C, long D, long E, long F, long G, long H)
{
    public Value64(long value)
        : this(value, value, value, value, value, value, value, value)
    {
    }

    /// <summary>The first and the last word: the cheapest look that finds most of what is torn.</summary>
    public bool IsWhole => A == H;
}
