using System.CommandLine;
using System.Numerics;

namespace RingShm.Load.Crowd;

/// <summary>The command lines of the leading process and of its participants.</summary>
internal static class CrowdCommands
{
    private const int LeaderGoneExitCode = 2;

    public static Command Crowd()
    {
        Option<string[]> shapes = new("--shapes")
        {
            Description = "Producers x consumers, one or more.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["1x1", "2x2", "4x4"],
        };
        Option<string?> only = new("--only") { Description = "Only contestants whose title contains this, such as \"claim word\" or \" 8 B\"." };
        Option<bool> ideas = new("--ideas") { Description = "Also the ideas that were explored for the ring." };
        Option<int> rounds = new("--rounds") { Description = "Shuffled rounds.", DefaultValueFactory = _ => 5 };
        Option<int> pairs = new("--pairs") { Description = "Pairs of bursts per contestant and round; the first third warms up.", DefaultValueFactory = _ => 6 };
        Option<double> burst = new("--burst-ms") { Description = "Milliseconds a burst.", DefaultValueFactory = _ => 20 };
        Option<int> slots = new("--slots") { Description = "Messages that every queue holds, a power of two from 64.", DefaultValueFactory = _ => 4096 };
        Option<Placement> placement = new("--placement") { Description = "Sides: producers and consumers on processors of their own; Spread: round robin; Free: unpinned." };
        Option<int?> spins = new("--spins") { Description = "Refused attempts in a row before a participant yields; by default never where none shares a processor, else 64." };
        Option<int> pauses = new("--pauses") { Description = "Pauses after each refused attempt, of yardstick and contestant alike.", DefaultValueFactory = _ => 0 };
        Option<int> seed = new("--seed") { Description = "Draws the order of contestants and bursts.", DefaultValueFactory = _ => 1 };
        Option<FileInfo?> json = new("--json") { Description = "Also write the results, with every pair of bursts, to this file." };
        Option<DirectoryInfo?> output = new("--out") { Description = "Write results (JSON) and pairs (CSV) into this folder." };
        slots.Validators.Add(result =>
        {
            int value = result.GetValueOrDefault<int>();
            if (value < 64 || !BitOperations.IsPow2(value))
                result.AddError($"--slots {value} is not a power of two from 64.");
        });
        shapes.Validators.Add(result =>
        {
            foreach (string shape in result.GetValueOrDefault<string[]>() ?? [])
            {
                try
                {
                    Shape.Parse(shape);
                }
                catch (FormatException e)
                {
                    result.AddError(e.Message);
                }
            }
        });
        Command crowd = new("crowd", "Many producers and many consumers, against a plain Vyukov queue.")
        {
            shapes, only, ideas, rounds, pairs, burst, slots, placement, spins, pauses, seed, json, output,
        };
        crowd.SetAction(parsed => CrowdLeader.Run(new CrowdOptions
        {
            Shapes = [.. parsed.GetValue(shapes)!.Select(Shape.Parse)],
            Only = parsed.GetValue(only),
            WithIdeas = parsed.GetValue(ideas),
            Rounds = parsed.GetValue(rounds),
            PairsPerRound = parsed.GetValue(pairs),
            BurstMilliseconds = parsed.GetValue(burst),
            Slots = parsed.GetValue(slots),
            Placement = parsed.GetValue(placement),
            SpinsBeforeYield = parsed.GetValue(spins),
            Pauses = parsed.GetValue(pauses),
            Seed = parsed.GetValue(seed),
            JsonPath = parsed.GetValue(json)?.FullName,
            OutputFolder = parsed.GetValue(output)?.FullName,
        }));
        return crowd;
    }

    /// <summary>A participant's command line; nobody else's.</summary>
    public static Command Worker()
    {
        Argument<string> run = new("run");
        Argument<int> participant = new("participant");
        Argument<int> cpu = new("cpu");
        Argument<int> slots = new("slots");
        Argument<int> spins = new("spins");
        Argument<int> pauses = new("pauses");
        Argument<string> shape = new("shape");
        Command worker = new(CrowdLeader.WorkerCommand) { run, participant, cpu, slots, spins, pauses, shape };
        worker.Hidden = true;
        worker.SetAction(parsed =>
        {
            EndWithLeader();
            CrowdWorker.Run(new CrowdCast(
                parsed.GetValue(run)!, parsed.GetValue(participant), parsed.GetValue(cpu), parsed.GetValue(slots),
                Shape.Parse(parsed.GetValue(shape)!), new CrowdWaiting(parsed.GetValue(spins), parsed.GetValue(pauses))));
            return 0;
        });
        return worker;
    }

    /// <summary>Standard input is a pipe from the leader: it ends when the leader does, however that comes about.</summary>
    private static void EndWithLeader()
    {
        Thread watcher = new(() =>
        {
            Stream input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[16];
            while (input.Read(ignored) > 0)
            {
            }

            Environment.Exit(LeaderGoneExitCode);
        })
        { IsBackground = true };
        watcher.Start();
    }
}
