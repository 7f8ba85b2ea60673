using RingShm.Load.Measuring;
using RingShm.Load.Reporting;
using RingShm.Load.Results;

namespace RingShm.Tests.Bench;

/// <summary>Runs are compared by ratio, like with like, and noise is not news.</summary>
public sealed class ComparisonTests
{
    private static readonly Machine Anywhere = new("", 2, "", "", "", "", "", "", "");

    [Fact]
    public void A_worse_ratio_is_a_regression_however_the_times_changed()
    {
        // Half the time, on a machine where the yardstick took a quarter of its time.
        ComparedRatio compared = Assert.Single(Comparison.Compare(Run(Result(2.0, 100)), Run(Result(1.0, 50))));

        Assert.True(compared.IsRegression);
        Assert.Equal(0.5, compared.Change, 3);
    }

    [Fact]
    public void Where_less_is_better_a_higher_ratio_is_the_regression()
    {
        LoadResult before = Result(1.2, 100) with { MoreIsBetter = false }, after = Result(1.5, 100) with { MoreIsBetter = false };

        Assert.True(Assert.Single(Comparison.Compare(Run(before), Run(after))).IsRegression);
        Assert.True(Assert.Single(Comparison.Compare(Run(after), Run(before))).IsImprovement);
    }

    [Fact]
    public void A_change_within_the_quartiles_is_noise()
    {
        LoadResult after = Result(1.5, 100) with { Ratio = new Spread(1.0, 1.5, 2.1) };

        ComparedRatio compared = Assert.Single(Comparison.Compare(Run(Result(2.0, 100)), Run(after)));

        Assert.False(compared.IsRegression || compared.IsImprovement);
    }

    [Fact]
    public void Pairs_are_compared_with_those_that_met_the_processors_as_far_apart()
    {
        LoadResult before = Result(2.0, 100) with { ByDistance = [At(110, 0.5), At(500, 2.0)] };
        LoadResult after = Result(0.5, 100) with { ByDistance = [At(120, 0.5)] };

        ComparedRatio compared = Assert.Single(Comparison.Compare(Run(before), Run(after)));

        Assert.Equal(120, compared.PingNanoseconds);
        Assert.False(compared.IsRegression);
    }

    [Fact]
    public void Runs_that_met_other_distances_are_not_compared()
    {
        LoadResult before = Result(2.0, 100) with { ByDistance = [At(500, 2.0)] };
        LoadResult after = Result(0.5, 100) with { ByDistance = [At(110, 0.5)] };

        Assert.Empty(Comparison.Compare(Run(before), Run(after)));
    }

    [Fact]
    public void Distances_part_at_the_gaps_and_a_single_odd_pair_is_none()
    {
        double[] pings = [110, 500, 120, 9000, 115, 520, 510];

        IReadOnlyList<Distance> parted = Distance.Part(
            pings, static ping => ping, static group => Spread.Of(group), static ping => ping, static ping => ping);

        Assert.Equal([115.0, 510.0], parted.Select(distance => distance.PingNanoseconds));
        Assert.All(parted, static distance => Assert.Equal(3, distance.Pairs));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        string path = Path.GetTempFileName();
        try
        {
            LoadResult result = Result(double.NaN, 100) with { ByDistance = [At(110, 1.5)], Latencies = new Percentiles(3, 1, 2, 3, 4, 5, 6) };
            Run(result).Write(path);

            LoadResult read = Assert.Single(ResultFile.Read(path).Results);

            Assert.Equal(result.ByDistance, read.ByDistance);
            Assert.Equal(result with { ByDistance = read.ByDistance }, read);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ResultFile Run(LoadResult result) => new(DateTimeOffset.UnixEpoch, Anywhere, "", [result]);

    private static Distance At(double ping, double ratio) => new(ping, Around(ratio), Around(1), Around(1), 10);

    private static Spread Around(double median) => new(median * 0.98, median, median * 1.02);

    private static LoadResult Result(double ratio, double nanoseconds) => new()
    {
        Key = "Fresh: ring, 64 B",
        Part = "Throughput",
        Family = "Fresh",
        Name = "ring",
        MessageBytes = 64,
        Shape = "1x1",
        MoreIsBetter = true,
        Ratio = Around(ratio),
        Nanoseconds = Around(nanoseconds),
        BaselineNanoseconds = Around(nanoseconds * ratio),
    };
}
