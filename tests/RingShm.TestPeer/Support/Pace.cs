namespace RingShm.TestPeer;

/// <summary>How a side spaces its messages.</summary>
internal enum PaceKind
{
    Flat,
    Bursts,
    Pauses,
    Slow,
}

/// <summary>Lets a side fall behind or come in bursts, so that the ring runs full, runs empty and turns over in between.</summary>
internal sealed class Pace(PaceKind kind, int seed)
{
    private readonly Random _random = new(seed);
    private int _left = 1;

    /// <summary>Called once a message (or batch).</summary>
    public void Step()
    {
        if (kind == PaceKind.Flat || --_left > 0)
            return;
        (int run, int milliseconds) = kind switch
        {
            PaceKind.Bursts => (_random.Next(1, 400), _random.Next(0, 3)),
            PaceKind.Pauses => (_random.Next(200, 2000), _random.Next(1, 15)),
            _ => (_random.Next(1, 24), 1),
        };
        _left = run;
        Thread.Sleep(milliseconds);
    }
}
