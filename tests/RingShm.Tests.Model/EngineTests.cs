using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using Xunit;

namespace RingShm.Tests.Model;

/// <summary>The explorer itself: it allows what the memory model allows, and nothing else; and it repeats what it found.</summary>
public sealed unsafe class EngineTests(ITestOutputHelper output)
{
    private const Edge Any = (Edge)2000;

    [Fact]
    public void A_relaxed_message_can_overtake_its_payload()
    {
        Assert.Contains("1,0", Outcomes(release: false, acquire: true));
        Assert.Contains("1,0", Outcomes(release: true, acquire: false));
    }

    [Fact]
    public void A_released_and_acquired_message_never_overtakes_its_payload() =>
        Assert.Equal(["0,0", "0,1", "1,1"], Outcomes(release: true, acquire: true).Order());

    [Fact]
    public void Store_buffering_is_allowed_without_fences_and_forbidden_with_them()
    {
        Assert.Contains("0,0", StoreBuffering(fenced: false));
        Assert.DoesNotContain("0,0", StoreBuffering(fenced: true));
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void A_store_fence_and_a_load_fence_together_keep_a_message_behind_its_payload(bool storeFence, bool loadFence, bool mayOvertake)
    {
        HashSet<string> seen = Collect((execution, found) =>
        {
            long* words = (long*)execution.Region;
            execution.AddThread("sender", _ =>
            {
                ModelMemory.Store(words, 1, Any);
                if (storeFence)
                    ModelMemory.StoreFence(Any);
                ModelMemory.Store(words + 1, 1, Any);
            });
            execution.AddThread("receiver", _ =>
            {
                long flag = ModelMemory.Load(words + 1, Any);
                if (loadFence)
                    ModelMemory.LoadFence(Any);
                found($"{flag},{ModelMemory.Load(words, Any)}");
            });
        });
        Assert.Equal(mayOvertake, seen.Contains("1,0"));
        Assert.Superset(new HashSet<string> { "0,0", "0,1", "1,1" }, seen);
    }

    [Fact]
    public void A_copy_that_will_be_validated_may_be_torn_in_every_way()
    {
        HashSet<string> seen = Collect(static (execution, found) =>
        {
            execution.AddThread("writer", _ => ModelMemory.Write(execution.Region, (1L, 1L), Edge.V16));
            execution.AddThread("reader", _ => found($"{ModelMemory.Read<(long, long)>(execution.Region, Edge.V2)}"));
        });
        Assert.Equal(["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"], seen.Order());
    }

    [Fact]
    public void Two_reads_of_one_word_never_go_back()
    {
        HashSet<string> seen = Collect(static (execution, found) =>
        {
            long* word = (long*)execution.Region;
            execution.AddThread("writer", _ =>
            {
                ModelMemory.Store(word, 1, Any);
                ModelMemory.Store(word, 2, Any);
            });
            execution.AddThread("reader", _ => found($"{ModelMemory.Load(word, Any)},{ModelMemory.Load(word, Any)}"));
        });
        Assert.Equal(["0,0", "0,1", "0,2", "1,1", "1,2", "2,2"], seen.Order());
    }

    [Fact]
    public void Compare_and_swap_has_one_winner()
    {
        HashSet<string> seen = Collect(static (execution, found) =>
        {
            long* word = (long*)execution.Region;
            int winners = 0;
            for (int i = 1; i <= 2; i++)
            {
                execution.AddThread($"rival {i}", thread =>
                {
                    winners += ModelMemory.CompareExchange(word, thread.Index + 1, 0, Any) == 0 ? 1 : 0;
                    found($"{winners}");
                });
            }
        });
        Assert.DoesNotContain("2", seen);
    }

    [Fact]
    public void Unordered_payload_accesses_are_a_data_race()
    {
        ModelProgram program = new("race", 4096, static execution =>
        {
            byte* place = execution.Region;
            execution.AddThread("writer", _ => ModelMemory.Write(place, 1L, Any));
            execution.AddThread("reader", _ => ModelMemory.Read<long>(place, Any));
            return static () => { };
        });
        Assert.StartsWith("Data race", Explorer.Explore(program).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_repeats_the_failing_run_access_by_access()
    {
        ModelProgram program = Programs.ByName("kill-leasing-consumer");
        Mutation mutation = Mutations.All.Single(static candidate => candidate.Name == "successor-not-told");
        Report report = Explorer.Explore(program, mutation);
        output.WriteLine(report.ToString());
        Assert.NotNull(report.Seed);
        Seed seed = Seed.Parse(report.Seed);
        Assert.Equal(report.Seed, seed.ToString());
        (string? failure, IReadOnlyList<string> trace) = Explorer.Replay(
            Programs.ByName(seed.Program), Mutations.All.Single(candidate => candidate.Name == seed.Mutation), seed.Choices);
        Assert.NotNull(failure);
        Assert.StartsWith(failure, report.Failure, StringComparison.Ordinal);
        foreach (string line in trace)
            Assert.Contains(line, report.Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_walk_seed_finds_the_same_schedule()
    {
        ModelProgram program = Programs.ByName("spsc-variable-wrap");
        Mutation mutation = Mutations.All.Single(static candidate => candidate.Name == "S3-relaxed");
        Report first = Explorer.Walk(program, 7, 10_000, mutation);
        Report second = Explorer.Walk(program, 7, 10_000, mutation);
        Assert.NotNull(first.Seed);
        Assert.Equal(first.Seed, second.Seed);
    }

    /// <summary>Message passing: what a reader can see as "flag,data".</summary>
    private static HashSet<string> Outcomes(bool release, bool acquire) => Collect((execution, found) =>
    {
        long* data = (long*)execution.Region;
        long* flag = data + 1;
        execution.AddThread("writer", _ =>
        {
            ModelMemory.Store(data, 1, Any);
            if (release)
                ModelMemory.StoreRelease(flag, 1, Any);
            else
                ModelMemory.Store(flag, 1, Any);
        });
        execution.AddThread("reader", _ =>
        {
            long seen = acquire ? ModelMemory.LoadAcquire(flag, Any) : ModelMemory.Load(flag, Any);
            found($"{seen},{ModelMemory.Load(data, Any)}");
        });
    });

    /// <summary>What two threads that store their own word and load the other's can see.</summary>
    private static HashSet<string> StoreBuffering(bool fenced)
    {
        return Collect((execution, found) =>
        {
            long* words = (long*)execution.Region;
            long[] seen = [-1, -1];
            for (int i = 0; i < 2; i++)
            {
                execution.AddThread($"side {i}", thread =>
                {
                    ModelMemory.Store(words + thread.Index, 1, Any);
                    if (fenced)
                        ModelMemory.Fence(Any);
                    seen[thread.Index] = ModelMemory.Load(words + 1 - thread.Index, Any);
                    if (seen[0] >= 0 && seen[1] >= 0)
                        found($"{seen[0]},{seen[1]}");
                });
            }
        });
    }

    private static HashSet<string> Collect(Action<Execution, Action<string>> setup)
    {
        HashSet<string> seen = [];
        ModelProgram program = new("litmus", 4096, execution =>
        {
            setup(execution, text => seen.Add(text));
            return static () => { };
        });
        Report report = Explorer.Explore(program);
        Assert.Null(report.Failure);
        Assert.True(report.IsComplete);
        return seen;
    }
}
