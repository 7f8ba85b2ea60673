namespace RingShm.Load.Crowd;

/// <summary>Where the participants run.</summary>
internal enum Placement
{
    /// <summary>
    /// Each on a processor of its own where there are enough; otherwise the producers share the first half of the processors and
    /// the consumers the second, so that messages cross between processors and every side is oversubscribed alike.
    /// </summary>
    Sides,

    /// <summary>Round robin, producers first and then consumers, so that both sides meet on every processor.</summary>
    Spread,

    /// <summary>Where the scheduler puts them.</summary>
    Free,
}

/// <summary>What a run with crowds was asked to do.</summary>
internal sealed record CrowdOptions
{
    public IReadOnlyList<Shape> Shapes { get; init; } = [];

    public int Rounds { get; init; } = 5;

    public int PairsPerRound { get; init; } = 6;

    public double BurstMilliseconds { get; init; } = 20;

    /// <summary>Messages that every queue holds at most; a power of two.</summary>
    public int Slots { get; init; } = 4096;

    public Placement Placement { get; init; }

    /// <summary>Refused attempts in a row before a participant yields; the default depends on whether processors are shared.</summary>
    public int? SpinsBeforeYield { get; init; }

    /// <summary>Pauses after each refused attempt, of yardstick and contestant alike.</summary>
    public int Pauses { get; init; }

    public int Seed { get; init; } = 1;

    public string? Only { get; init; }

    /// <summary>Also measures the ideas that were explored.</summary>
    public bool WithIdeas { get; init; }

    public string? JsonPath { get; init; }

    /// <summary>Where results and pairs go, or null.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>
    /// Who has a processor to itself only waits for others that run, and spins; who shares one must yield, or it burns the time
    /// that those it waits for need.
    /// </summary>
    public int SpinsFor(Shape shape) => SpinsBeforeYield ?? (shape.Participants <= Environment.ProcessorCount ? int.MaxValue : 64);
}

/// <summary>The processor of each participant.</summary>
internal static class CrowdPlacement
{
    /// <summary>-1 where the participant stays unpinned.</summary>
    public static int CpuOf(int participant, Shape shape, Placement placement, int cpus) => placement switch
    {
        Placement.Free => -1,
        Placement.Sides when shape.Participants > cpus && cpus > 1 => participant < shape.Producers
            ? participant % (cpus / 2)
            : (cpus / 2) + ((participant - shape.Producers) % (cpus - (cpus / 2))),
        _ => participant % cpus,
    };
}
