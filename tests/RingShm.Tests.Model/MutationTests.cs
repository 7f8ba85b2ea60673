using RingShm.Tests.Model.Engine;
using Xunit;

namespace RingShm.Tests.Model;

/// <summary>The suite's own proof: each planted defect is found by some program.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Mutations.All.Select(static mutation => mutation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_suite_catches(string name)
    {
        Mutation mutation = Mutations.All.Single(candidate => candidate.Name == name);
        foreach (ModelProgram program in Programs.Shipped.Where(program => program.Name.StartsWith(mutation.Programs, StringComparison.Ordinal)))
        {
            Report report = program.IsSampled
                ? Explorer.Walk(program, firstSeed: 1, mutation.Walks, mutation)
                : Explorer.Explore(program, mutation, mutation.Executions);
            if (report.Failure == null)
                continue;
            string finding = report.Failure.Split(Environment.NewLine)[0];
            output.WriteLine($"{name} | {program.Name} | {report.Executions} | {finding} | {report.Seed}");
            return;
        }

        Assert.Fail($"No program noticed: {mutation.Description}");
    }
}
