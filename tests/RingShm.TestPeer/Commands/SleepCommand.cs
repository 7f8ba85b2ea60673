using RingShm.TestPeer.Waking;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Sleeps for count values and logs each in the ledger: <c>sleep ring= ledger= count= slice=MILLISECONDS</c>. Says at the end how many
/// sleeps nobody ended before their time.
/// </summary>
internal static class SleepCommand
{
    public static int Run(PeerArguments arguments)
    {
        using RegionBell bell = new(arguments.Ring);
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        WaitStrategy strategy = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromMilliseconds(arguments.Number("slice")) };
        PeerSignals.Attached();
        for (long count = arguments.Number("count"); count > 0;)
        {
            bell.WaitForMessage(strategy);
            if (!bell.TryRead(out long value))
                continue;
            ledger.Log(value, redelivered: false);
            count--;
        }

        return PeerSignals.Done(bell.SlicesEnded);
    }
}
