using System.CommandLine;
using System.Numerics;
using RingShm.Load.Cells;
using RingShm.Load.Crowd;
using RingShm.Load.Lifecycle;
using RingShm.Load.Results;
using RingShm.Load.Wake;

namespace RingShm.Load;

/// <summary>
/// The benchmark's commands, for the program that is nothing else and for the tool's `bench`.
/// </summary>
/// <remarks>
/// <code>
///  (none)     two pinned processes: throughput, round trips, fixed rates, growth, peers: see Part and Catalog
///  crowd      many producers and consumers, each a process (or thread) of its own
///  wake       sleeping and waking
///  idle       what sleeping costs while nothing happens
///  state      reading a state cell
///  lifecycle  create, attach, recover from a kill
///  compare    two runs, by their ratios
/// </code>
/// The two processes and the shared memory between them:
/// <code>
///  this process, cpu 0                shared memory                 its child, cpu 1
///  leads: produces, asks   ----> yardstick ring, contestant ring ---->  follows: consumes, echoes
///  measures, checks        &lt;---- receipts: sums of every word      ----
/// </code>
/// See Conductor for the method, bench/native/yardstick.c for the yardstick.
/// </remarks>
internal static class LoadCommands
{
    private const int RegressionExitCode = 2;

    /// <summary>The arguments that lead to these commands in the program that has them; its children are started with them.</summary>
    public static IReadOnlyList<string> OwnPath { get; private set; } = [];

    /// <summary>Adds everything to a command.</summary>
    /// <param name="root">The command.</param>
    /// <param name="ownPath">The arguments that lead to it.</param>
    public static void AddTo(Command root, IReadOnlyList<string> ownPath)
    {
        OwnPath = ownPath;
        Option<int> pairs = new("--pairs") { Description = "Pairs of bursts per contestant and round; the first third warms up.", DefaultValueFactory = _ => 9 };
        Option<int[]> cpus = Cpus();
        AddPairs(root, pairs, cpus);

        // A child's command lines; nobody else's.
        Argument<string> run = new("run");
        Argument<int> cpu = new("cpu");
        Argument<int> bytes = new("ring-bytes");
        Argument<string?> library = new("yardstick") { Arity = ArgumentArity.ZeroOrOne };
        Command follow = new(Leader.FollowCommand) { run, cpu, bytes, library };
        follow.SetAction(parsed => Follower.Run(
            parsed.GetValue(run)!, parsed.GetValue(cpu), parsed.GetValue(bytes), parsed.GetValue(library)));
        Command followWake = new(WakeBench.FollowCommand) { run, cpu, library };
        followWake.SetAction(parsed => WakeBench.Follow(parsed.GetValue(run)!, parsed.GetValue(cpu), parsed.GetValue(library)!));
        Command followState = new(CellBench.FollowCommand) { run, cpu };
        followState.SetAction(parsed => CellBench.Follow(parsed.GetValue(run)!, parsed.GetValue(cpu)));
        Command victim = new(LifecycleBench.VictimCommand) { run, cpu };
        victim.SetAction(parsed => LifecycleBench.BeVictim(parsed.GetValue(run)!, (Victim)parsed.GetValue(cpu)));
        Argument<string> kind = new("kind");
        Command sleepIdle = new(IdleSleeper.Command) { run, kind };
        sleepIdle.SetAction(parsed => IdleSleeper.Run(parsed.GetValue(run)!, parsed.GetValue(kind)!));
        foreach (Command hidden in new[] { follow, sleepIdle, followWake, followState, victim, CrowdCommands.Worker() })
        {
            hidden.Hidden = true;
            root.Subcommands.Add(hidden);
        }

        Option<DirectoryInfo?> output = new("--out") { Description = "Also write the results into this folder." };
        Command wake = new("wake", "How soon a sleeping process wakes, against a raw futex in C, and what ringing costs when nobody sleeps.") { pairs, cpus, output };
        wake.SetAction(parsed => WakeBench.Lead(
            parsed.GetValue(pairs), parsed.GetValue(cpus)![0], parsed.GetValue(cpus)![1], parsed.GetValue(output)?.FullName));
        root.Subcommands.Add(wake);
        Option<double> seconds = new("--seconds") { Description = "How long to watch.", DefaultValueFactory = _ => 60 };
        Option<FileInfo?> tool = new("--tool") { Description = "The ringshm whose commands are watched too; the one that runs this, if one does." };
        Command idle = new("idle", "What participants cost that sleep while nothing happens.") { seconds, tool };
        idle.SetAction(parsed => IdleBench.Lead(
            parsed.GetValue(seconds), parsed.GetValue(tool)?.FullName ?? (OwnPath.Count > 0 ? Environment.ProcessPath : null)));
        root.Subcommands.Add(idle);
        root.Subcommands.Add(CrowdCommands.Crowd());
        Command state = new("state", "What a whole 64-byte value of a state cell costs to read, against a bare copy of 64 bytes.") { pairs, cpus, output };
        state.SetAction(parsed => CellBench.Lead(
            parsed.GetValue(pairs), parsed.GetValue(cpus)![0], parsed.GetValue(cpus)![1], parsed.GetValue(output)?.FullName));
        root.Subcommands.Add(state);

        Option<int> count = new("--count") { Description = "How often each.", DefaultValueFactory = _ => 200 };
        Command lifecycle = new("lifecycle", "Creating, attaching, and recovering what a killed process held.") { count, output };
        lifecycle.SetAction(parsed => LifecycleBench.Run(parsed.GetValue(count), parsed.GetValue(output)?.FullName));
        root.Subcommands.Add(lifecycle);

        Argument<FileInfo> before = new("BEFORE"), after = new("AFTER");
        Command compare = new("compare", "Compares two runs' JSON by their ratios; fails when one regressed.") { before, after };
        compare.SetAction(parsed => Comparison.Show(
            ResultFile.Read(parsed.GetValue(before)!.FullName), ResultFile.Read(parsed.GetValue(after)!.FullName)) > 0 ? RegressionExitCode : 0);
        root.Subcommands.Add(compare);
    }

    private static void AddPairs(Command root, Option<int> pairs, Option<int[]> cpus)
    {
        Option<bool> quick = new("--quick") { Description = "A crude run of some seconds, to see that everything works." };
        Option<Part[]> parts = new("--part")
        {
            Description = "What to measure, one or more.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [Part.Throughput, Part.Latency],
        };
        Option<FileInfo?> json = new("--json") { Description = "Also write the results to this file." };
        Option<DirectoryInfo?> output = new("--out") { Description = "Also write results (JSON), pairs (CSV) and histograms (.hgrm) into this folder." };
        Option<FileInfo?> compared = new("--compare") { Description = "An earlier run's JSON: fails when a ratio got worse." };
        Option<string?> only = new("--only") { Description = "Only contestants whose title contains this, such as \"64 B\", \"yardstick\" or \"RoundTrip\"." };
        Option<int> rounds = new("--rounds") { Description = "Shuffled rounds.", DefaultValueFactory = _ => 5 };
        Option<double> burst = new("--burst-ms") { Description = "Milliseconds a burst.", DefaultValueFactory = _ => 10 };
        Option<int> ringBytes = new("--ring-bytes") { Description = "Bytes of every ring, a power of two from 4096; large messages get more.", DefaultValueFactory = _ => 1 << 18 };
        Option<int> seed = new("--seed") { Description = "Draws the order of contestants and bursts.", DefaultValueFactory = _ => 1 };
        Option<bool> managed = new("--managed-yardstick") { Description = "Use the yardstick's C# twin even if there is a C compiler." };
        ringBytes.Validators.Add(result =>
        {
            int value = result.GetValueOrDefault<int>();
            if (value < 4096 || !BitOperations.IsPow2(value))
                result.AddError($"--ring-bytes {value} is not a power of two from 4096.");
        });
        foreach (Option option in new Option[] { quick, parts, json, output, compared, only, rounds, pairs, burst, ringBytes, cpus, seed, managed })
            root.Options.Add(option);
        root.SetAction(parsed => Leader.Run(new LoadOptions
        {
            Rounds = parsed.GetValue(quick) ? 2 : parsed.GetValue(rounds),
            PairsPerRound = parsed.GetValue(quick) ? 6 : parsed.GetValue(pairs),
            BurstMilliseconds = parsed.GetValue(quick) ? 5 : parsed.GetValue(burst),
            RingBytes = parsed.GetValue(ringBytes),
            LeaderCpu = parsed.GetValue(cpus)![0],
            FollowerCpu = parsed.GetValue(cpus)![1],
            Seed = parsed.GetValue(seed),
            Only = parsed.GetValue(only),
            Parts = parsed.GetValue(parts)!,
            UseManagedYardstick = parsed.GetValue(managed),
            JsonPath = parsed.GetValue(json)?.FullName,
            OutputFolder = parsed.GetValue(output)?.FullName,
            ComparedPath = parsed.GetValue(compared)?.FullName,
        }));
    }

    private static Option<int[]> Cpus()
    {
        Option<int[]> cpus = new("--cpus")
        {
            Description = "The two processors to pin to.",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [0, 1],
        };
        cpus.Validators.Add(result =>
        {
            int[] values = result.GetValueOrDefault<int[]>() ?? [];
            if (values.Length == 2 && (values[0] == values[1] || values.Any(cpu => cpu < 0 || cpu >= Environment.ProcessorCount)))
                result.AddError($"--cpus {string.Join(' ', values)} are not two different processors of 0 to {Environment.ProcessorCount - 1}.");
        });
        return cpus;
    }
}
