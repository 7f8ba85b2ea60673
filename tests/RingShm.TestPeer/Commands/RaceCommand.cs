namespace RingShm.TestPeer.Commands;

/// <summary>One of several processes that create or open the same region at the same moment.</summary>
internal static class RaceCommand
{
    public static int Run(PeerArguments arguments)
    {
        RingOptions options = new()
        {
            CapacityBytes = arguments.Number("capacity"),
            PrefaultPages = !arguments.Flag("lazy"),
            OpenTimeout = TimeSpan.FromMilliseconds(arguments.Number("timeout", 10_000)),
        };
        PeerSignals.StandBy(arguments);
        using SpscRing ring = SpscRing.CreateOrOpen(arguments.Ring, options);
        PeerSignals.Say($"{(ring.CreatedNew ? "created" : "opened")} {ring.GetInfo().CreationId}");
        PeerSignals.WaitForParent();
        return 0;
    }
}
