using System.CommandLine;
using System.Numerics;
using RingShm.Load;
using RingShm.Load.Cells;
using RingShm.Load.Crowd;
using RingShm.Load.Wake;

// Two processes, each pinned to a processor of its own, and a page of shared memory between them:
//
//   this process, cpu 0                shared memory                 its child, cpu 1
//   leads: produces, asks   ----> yardstick ring, contestant ring ---->  follows: consumes, echoes
//   measures, checks        <---- receipts: sums of every word      ----
//
// `crowd` measures many producers and consumers, each a process (or thread) of its own: see Crowd/CrowdLeader.
//
// See Conductor for the method, Catalog for the contestants, bench/native/yardstick.c for the yardstick.

Option<bool> quick = new("--quick") { Description = "A crude run of some seconds, to see that everything works." };
Option<FileInfo?> json = new("--json") { Description = "Also write the results, with every pair of bursts, to this file." };
Option<string?> only = new("--only") { Description = "Only contestants whose title contains this, such as \"64 B\", \"yardstick\" or \"RoundTrip\"." };
Option<int> rounds = new("--rounds") { Description = "Shuffled rounds.", DefaultValueFactory = _ => 5 };
Option<int> pairs = new("--pairs") { Description = "Pairs of bursts per contestant and round; the first third warms up.", DefaultValueFactory = _ => 9 };
Option<double> burst = new("--burst-ms") { Description = "Milliseconds a burst.", DefaultValueFactory = _ => 10 };
Option<int> ringBytes = new("--ring-bytes") { Description = "Bytes of every ring, a power of two from 4096.", DefaultValueFactory = _ => 1 << 18 };
Option<int[]> cpus = new("--cpus")
{
    Description = "The two processors to pin to.",
    Arity = new ArgumentArity(2, 2),
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [0, 1],
};
Option<int> seed = new("--seed") { Description = "Draws the order of contestants and bursts.", DefaultValueFactory = _ => 1 };
Option<bool> managed = new("--managed-yardstick") { Description = "Use the yardstick's C# twin even if there is a C compiler." };
ringBytes.Validators.Add(result =>
{
    int value = result.GetValueOrDefault<int>();
    if (value < 4096 || !BitOperations.IsPow2(value))
        result.AddError($"--ring-bytes {value} is not a power of two from 4096.");
});
cpus.Validators.Add(result =>
{
    int[] values = result.GetValueOrDefault<int[]>() ?? [];
    if (values.Length == 2 && (values[0] == values[1] || values.Any(cpu => cpu < 0 || cpu >= Environment.ProcessorCount)))
        result.AddError($"--cpus {string.Join(' ', values)} are not two different processors of 0 to {Environment.ProcessorCount - 1}.");
});

RootCommand root = new("Measures RingShm across two pinned processes, in bursts interleaved with a minimal C ring.")
{
    quick, json, only, rounds, pairs, burst, ringBytes, cpus, seed, managed,
};
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
    UseManagedYardstick = parsed.GetValue(managed),
    JsonPath = parsed.GetValue(json)?.FullName,
}));

// The child's command line; nobody else's.
Argument<string> run = new("run");
Argument<int> cpuArgument = new("cpu");
Argument<int> bytesArgument = new("ring-bytes");
Argument<string?> library = new("yardstick") { Arity = ArgumentArity.ZeroOrOne };
Command follow = new(Leader.FollowCommand) { run, cpuArgument, bytesArgument, library };
follow.Hidden = true;
follow.SetAction(parsed => Follower.Run(
    parsed.GetValue(run)!, parsed.GetValue(cpuArgument), parsed.GetValue(bytesArgument), parsed.GetValue(library)));
root.Subcommands.Add(follow);

// Sleeping and waking: a benchmark of its own, see WakeBench.
Command wake = new("wake", "Measures how soon a sleeping process wakes, against a raw futex in C, and what ringing costs when nobody sleeps.") { pairs, cpus };
wake.SetAction(parsed => WakeBench.Lead(parsed.GetValue(pairs), parsed.GetValue(cpus)![0], parsed.GetValue(cpus)![1]));
root.Subcommands.Add(wake);
Command followWake = new(WakeBench.FollowCommand) { run, cpuArgument, library };
followWake.Hidden = true;
followWake.SetAction(parsed => WakeBench.Follow(parsed.GetValue(run)!, parsed.GetValue(cpuArgument), parsed.GetValue(library)!));
root.Subcommands.Add(followWake);
// State cells: a benchmark of their own, see CellBench.
Command state = new("state", "Measures what a whole 64-byte value of a state cell costs to read, against a bare copy of 64 bytes.") { pairs, cpus };
state.SetAction(parsed => CellBench.Lead(parsed.GetValue(pairs), parsed.GetValue(cpus)![0], parsed.GetValue(cpus)![1]));
root.Subcommands.Add(state);
Command followState = new(CellBench.FollowCommand) { run, cpuArgument };
followState.Hidden = true;
followState.SetAction(parsed => CellBench.Follow(parsed.GetValue(run)!, parsed.GetValue(cpuArgument)));
root.Subcommands.Add(followState);
root.Subcommands.Add(CrowdCommands.Crowd());
root.Subcommands.Add(CrowdCommands.Worker());
return root.Parse(args).Invoke();
