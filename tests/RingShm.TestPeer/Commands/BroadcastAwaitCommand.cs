namespace RingShm.TestPeer.Commands;

/// <summary>
/// Awaits the messages of a broadcast ring, one after the other, until it is drained: <c>broadcast-await ring=</c>. It sleeps at once, and for ten
/// minutes unless somebody wakes it. Says <c>got</c> with the tag of each message, and at the end how many there were.
/// </summary>
internal static class BroadcastAwaitCommand
{
    private static readonly WaitStrategy s_longSleep = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromMinutes(10) };

    public static int Run(PeerArguments arguments)
    {
        using BroadcastRing ring = BroadcastRing.Open(arguments.Ring, new RingOptions { WaitStrategy = s_longSleep });
        using BroadcastReader reader = ring.AttachReader();
        PeerSignals.Attached();
        return PeerSignals.Done(ReadAsync(reader).GetAwaiter().GetResult());
    }

    private static async Task<long> ReadAsync(BroadcastReader reader)
    {
        long count = 0;
        await foreach (OwnedMessage message in reader.ReadAllAsync())
        {
            count++;
            PeerSignals.Say($"got {message.Type}");
        }

        return count;
    }
}
