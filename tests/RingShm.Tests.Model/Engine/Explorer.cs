using System.Diagnostics;

namespace RingShm.Tests.Model.Engine;

/// <summary>What an exploration found.</summary>
/// <param name="Program">The program explored.</param>
/// <param name="Executions">Runs made, including those that stopped at a known state.</param>
/// <param name="States">Different states met.</param>
/// <param name="Steps">Accesses carried out.</param>
/// <param name="IsComplete">True when nothing was left to explore within the program's own bounds.</param>
/// <param name="Failure">What broke, with the schedule and its seed; null when nothing did.</param>
/// <param name="Seed">The failing schedule.</param>
/// <param name="Elapsed">Wall-clock time.</param>
internal sealed record Report(
    string Program, long Executions, long States, long Steps, bool IsComplete, string? Failure, string? Seed, TimeSpan Elapsed)
{
    public override string ToString() =>
        $"{Program}: {Executions} executions, {States} states, {Steps} steps, {Elapsed.TotalSeconds:F1} s"
        + (IsComplete ? ", complete" : ", bounded by budget") + (Failure == null ? "" : $"{Environment.NewLine}{Failure}");
}

/// <summary>Runs a program again and again, each time another way.</summary>
/// <remarks>
/// The depth-first search is stateless (it re-executes) with a memory of state hashes: a run that reaches a state which an
/// earlier run has explored stops. Equal states are found because a thread's local state is a function of what it has read,
/// and each word's modification order, not the interleaving, is what the hash holds.
/// </remarks>
internal static class Explorer
{
    /// <summary>Every schedule, every permitted value, every death, within the program's bounds.</summary>
    public static Report Explore(ModelProgram program, Mutation? mutation = null, long maxExecutions = long.MaxValue)
    {
        using Execution execution = NewExecution(program, mutation);
        DepthFirstChooser chooser = new();
        HashSet<ulong> visited = [];
        Stopwatch watch = Stopwatch.StartNew();
        long executions = 0;
        long steps = 0;
        do
        {
            execution.Run(program, chooser, visited, trace: false);
            executions++;
            steps += execution.Steps;
            if (execution.Failure != null)
                return Failed(program, execution, chooser, executions, visited.Count, steps, watch.Elapsed);
            if (executions == maxExecutions)
                return new Report(program.Name, executions, visited.Count, steps, false, null, null, watch.Elapsed);
        }
        while (chooser.Backtrack());
        return new Report(program.Name, executions, visited.Count, steps, true, null, null, watch.Elapsed);
    }

    /// <summary>Random walks, for programs too big to exhaust. The same first seed gives the same walks.</summary>
    public static Report Walk(ModelProgram program, int firstSeed, long executions, Mutation? mutation = null)
    {
        using Execution execution = NewExecution(program, mutation);
        Stopwatch watch = Stopwatch.StartNew();
        long steps = 0;
        for (long i = 0; i < executions; i++)
        {
            RandomChooser chooser = new(unchecked((int)(firstSeed + i)));
            execution.Run(program, chooser, visited: null, trace: false);
            steps += execution.Steps;
            if (execution.Failure != null)
                return Failed(program, execution, chooser, i + 1, 0, steps, watch.Elapsed);
        }

        return new Report(program.Name, executions, 0, steps, false, null, null, watch.Elapsed);
    }

    /// <summary>Repeats one schedule. Returns what failed, and the trace of accesses.</summary>
    public static (string? Failure, IReadOnlyList<string> Trace) Replay(
        ModelProgram program, Mutation mutation, IReadOnlyList<int> choices)
    {
        using Execution execution = NewExecution(program, mutation);
        execution.Run(program, new ReplayChooser(choices), visited: null, trace: true);
        return (execution.Failure, execution.Trace!);
    }

    private static Execution NewExecution(ModelProgram program, Mutation? mutation) =>
        new(program.RegionBytes, mutation ?? Mutation.None) { MemoryModel = program.MemoryModel, FreshLoads = program.FreshLoads };

    private static Report Failed(
        ModelProgram program, Execution execution, Chooser chooser, long executions, long states, long steps, TimeSpan elapsed)
    {
        int last = chooser.Choices.FindLastIndex(static choice => choice != 0);
        Seed seed = new(program.Name, execution.Mutation.Name, chooser.Choices[..(last + 1)]);
        (string? again, IReadOnlyList<string> trace) = Replay(program, execution.Mutation, seed.Choices);
        string text = string.Join(Environment.NewLine, [
            execution.Failure!,
            again == execution.Failure ? "" : $"(The replay ended otherwise: {again ?? "no failure"})",
            "Schedule:",
            .. trace,
            $"Seed: {seed}"]);
        return new Report(program.Name, executions, states, steps, false, text, seed.ToString(), elapsed);
    }
}
