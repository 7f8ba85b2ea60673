using System.Globalization;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.Spsc;
using Xunit;

namespace RingShm.Tests.Model;

/// <summary>
/// The deep run: RINGSHM_MODEL_DEEP=N explores up to N executions of each big program and walks each program N / 20 times at
/// random. Without the variable these tests are skipped; docs/MODEL.md has the counts of the last run.
/// </summary>
public sealed class DeepTests(ITestOutputHelper output)
{
    private static readonly long Executions =
        long.TryParse(Environment.GetEnvironmentVariable("RINGSHM_MODEL_DEEP"), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : 0;

    /// <summary>True when the deep run was asked for.</summary>
    internal static bool IsAsked => Executions > 0;

    [Fact]
    public void Deep_exploration_finds_nothing()
    {
        SkipUnlessAsked();
        foreach (ModelProgram program in SpscDeathPrograms.Deep)
            Expect(Explorer.Explore(program, maxExecutions: Executions));
    }

    [Fact]
    public void Random_walks_find_nothing()
    {
        SkipUnlessAsked();
        foreach (ModelProgram program in Programs.All.Concat(SpscDeathPrograms.Deep))
        {
            if (program.Name != "vyukov-killed-producer")
                Expect(Explorer.Walk(program, firstSeed: 1, Executions / 20));
        }
    }

    [Fact]
    public void Weakenings_explained_as_equivalent_change_nothing()
    {
        SkipUnlessAsked();
        foreach (Mutation mutation in Mutations.Equivalent)
        {
            long executions = 0;
            foreach (ModelProgram program in Programs.Shipped.Where(program => program.Name.StartsWith(mutation.Programs, StringComparison.Ordinal)))
            {
                Report report = program.IsSampled
                    ? Explorer.Walk(program, firstSeed: 1, Executions / 20, mutation)
                    : Explorer.Explore(program, mutation, Executions);
                Assert.Null(report.Failure);
                executions += report.Executions;
            }

            output.WriteLine($"{mutation.Name}: no difference in {executions} executions");
        }
    }

    private static void SkipUnlessAsked() => Assert.SkipWhen(Executions == 0, "The deep run is off: set RINGSHM_MODEL_DEEP.");

    private void Expect(Report report)
    {
        output.WriteLine(report.ToString());
        Assert.Null(report.Failure);
    }
}
