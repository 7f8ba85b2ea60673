using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.Spsc;
using Xunit;

namespace RingShm.Tests.Model;

public sealed class SpscWithoutDeathsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. SpscPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_schedule_delivers_every_message_once_and_in_order(string name) =>
        Exploration.Exhaust(SpscPrograms.All.Single(program => program.Name == name), output);
}

public sealed class SpscWithDeathsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. SpscDeathPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Killed_at_any_access_nothing_committed_is_lost_and_survivors_finish(string name) =>
        Exploration.Exhaust(SpscDeathPrograms.All.Single(program => program.Name == name), output);
}

internal static class Exploration
{
    public static void Exhaust(ModelProgram program, ITestOutputHelper output)
    {
        Report report = Explorer.Explore(program, maxExecutions: 300_000);
        output.WriteLine(report.ToString());
        Assert.Null(report.Failure);
        Assert.True(report.IsComplete);
    }
}
