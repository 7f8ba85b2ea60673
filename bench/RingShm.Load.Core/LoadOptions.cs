namespace RingShm.Load;

/// <summary>What a run was asked to do.</summary>
internal sealed record LoadOptions
{
    public int Rounds { get; init; } = 5;

    /// <summary>Pairs of bursts (baseline and contestant) per contestant and round; the first third only warms up.</summary>
    public int PairsPerRound { get; init; } = 9;

    public double BurstMilliseconds { get; init; } = 10;

    /// <summary>Bytes of the yardstick's slots and of the contestant's ring alike; a power of two.</summary>
    public int RingBytes { get; init; } = 1 << 18;

    public int LeaderCpu { get; init; }

    public int FollowerCpu { get; init; } = 1;

    public int Seed { get; init; } = 1;

    /// <summary>Only contestants whose title or family contains this.</summary>
    public string? Only { get; init; }

    /// <summary>Uses the C# twin even where a compiler is.</summary>
    public bool UseManagedYardstick { get; init; }

    public IReadOnlyList<Part> Parts { get; init; } = [];

    public string? JsonPath { get; init; }

    /// <summary>Where results, pairs and histograms go, or null.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>The file name of what goes there, without an extension.</summary>
    public string RunTitle => string.Join('-', Parts).ToLowerInvariant();

    /// <summary>An earlier run's JSON to compare with, or null.</summary>
    public string? ComparedPath { get; init; }
}
