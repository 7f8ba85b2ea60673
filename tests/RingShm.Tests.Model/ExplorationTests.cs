using RingShm.Tests.Model.Broadcast;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.Mpmc;
using RingShm.Tests.Model.Region;
using RingShm.Tests.Model.Specimen;
using RingShm.Tests.Model.Spsc;
using RingShm.Tests.Model.State;
using RingShm.Tests.Model.Waiting;
using Xunit;

namespace RingShm.Tests.Model;

public sealed class RegionTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. RegionPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_opener_sees_a_whole_region_or_none_and_one_creator_makes_it(string name) => Exploration.Exhaust(name, output);
}

public sealed class SpscWithoutDeathsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. SpscPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_schedule_delivers_every_message_once_and_in_order(string name) => Exploration.Exhaust(name, output);
}

public sealed class SpscWithDeathsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. SpscDeathPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Killed_at_any_access_nothing_committed_is_lost_and_survivors_finish(string name) => Exploration.Exhaust(name, output);
}

public sealed class DoorbellTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. DoorbellPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_wake_is_lost_and_none_is_made_for_nobody(string name) => Exploration.Exhaust(name, output);
}

public sealed class RingBellTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. RingBellPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_side_of_a_ring_sleeps_beside_what_the_other_has_done(string name) => Exploration.Exhaust(name, output);
}

public sealed class MpmcBellTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. MpmcBellPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nobody_sleeps_beside_what_another_has_published_freed_or_mended(string name) => Exploration.Exhaust(name, output);
}

public sealed class MpmcWithoutDeathsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. MpmcPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_schedule_is_that_of_a_bounded_queue(string name) => Exploration.Exhaust(name, output);
}

public sealed class MpmcWithDeathsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. MpmcDeathPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Killed_at_any_access_nobody_is_stuck_or_robbed_and_nothing_is_lost(string name) => Exploration.Exhaust(name, output);
}

public sealed class BroadcastTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. BroadcastPrograms.WithoutDeaths.Select(static program => program.Name)];

    public static TheoryData<string> DeathNames => [.. BroadcastPrograms.WithDeaths.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_reader_gets_every_message_whole_and_once_or_is_told(string name) => Exploration.Exhaust(name, output);

    [Theory]
    [MemberData(nameof(DeathNames))]
    public void Killed_at_any_access_nobody_is_stuck_or_robbed_and_nothing_is_lost(string name) => Exploration.Exhaust(name, output);
}

public sealed class StateTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. StatePrograms.WithoutDeaths.Select(static program => program.Name)];

    public static TheoryData<string> DeathNames => [.. StatePrograms.WithDeaths.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_read_is_whole_and_every_version_is_one_value(string name) => Exploration.Exhaust(name, output);

    [Theory]
    [MemberData(nameof(DeathNames))]
    public void Killed_at_any_access_a_participant_leaves_the_value_whole_and_holds_up_nobody(string name) => Exploration.Exhaust(name, output);
}

public sealed class VyukovTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. VyukovPrograms.All.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_deaths_the_specimen_is_linearizable(string name) => Exploration.Exhaust(name, output);

    [Fact]
    public void A_producer_killed_between_claim_and_publication_is_caught_stalling_the_specimen()
    {
        Report report = Explorer.Explore(VyukovPrograms.WithDeath);
        output.WriteLine(report.ToString());
        Assert.StartsWith("Stalled", report.Failure, StringComparison.Ordinal);
    }
}

public sealed class ClaimWordTests(ITestOutputHelper output)
{
    private const long Budget = 40_000;

    public static TheoryData<string> Names => [.. ClaimWordPrograms.All.Select(static program => program.Name)];

    public static TheoryData<string> DeathNames => [.. ClaimWordPrograms.WithDeath.Select(static program => program.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_deaths_the_prototype_is_linearizable(string name) => Exploration.Exhaust(name, output);

    [Theory]
    [MemberData(nameof(DeathNames))]
    public void Killed_at_any_access_the_prototype_loses_nothing_and_survivors_finish(string name)
    {
        ModelProgram program = Programs.ByName(name);
        foreach (Report report in new[] { Explorer.Explore(program, maxExecutions: Budget), Explorer.Walk(program, firstSeed: 1, Budget) })
        {
            output.WriteLine(report.ToString());
            Assert.Null(report.Failure);
        }
    }

    [Theory]
    [MemberData(nameof(Defects))]
    public void A_defect_of_the_prototype_is_noticed(string defect)
    {
        Mutation mutation = ClaimWordMutations.All.Single(candidate => candidate.Name == defect);
        foreach (ModelProgram program in ClaimWordPrograms.All.Concat(ClaimWordPrograms.WithDeath))
        {
            Report report = Explorer.Walk(program, firstSeed: 1, Budget / 2, mutation);
            if (report.Failure == null)
                continue;
            output.WriteLine($"{defect} | {program.Name} | {report.Failure.Split(Environment.NewLine)[0]}");
            return;
        }

        Assert.Fail($"No program noticed: {mutation.Description}");
    }

    public static TheoryData<string> Defects => [.. ClaimWordMutations.All.Select(static mutation => mutation.Name)];
}

internal static class Exploration
{
    private const long Walks = 20_000;

    /// <summary>Explores all of a program; of one that is too big for that, as many random walks.</summary>
    public static void Exhaust(string name, ITestOutputHelper output)
    {
        ModelProgram program = Programs.ByName(name);
        Report report = program.IsSampled
            ? Explorer.Walk(program, firstSeed: 1, Walks)
            : Explorer.Explore(program, maxExecutions: 1_000_000);
        output.WriteLine(report.ToString());
        Assert.Null(report.Failure);
        Assert.Equal(!program.IsSampled, report.IsComplete);
    }
}
