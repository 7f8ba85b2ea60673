using RingShm.TestPeer.Killing;
using RingShm.TestPeer.Waking;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Publishes count values and rings after each, by default only when somebody sleeps: <c>ring ring= count=</c>. With
/// <c>die=publication</c> it ends itself between the last publication and its look, with <c>die=wake</c> between taking the
/// announcements and waking. With <c>drain=1</c> it reads each value back itself, and nobody sleeps.
/// </summary>
internal static class RingCommand
{
    public static int Run(PeerArguments arguments)
    {
        using RegionBell bell = new(arguments.Ring);
        string die = arguments.Text("die", "");
        bool drains = arguments.Flag("drain");
        long count = arguments.Number("count");
        PeerSignals.Attached();
        for (long i = 1; i <= count; i++)
        {
            while (!drains && !bell.HasSleepers)
                Thread.Yield();
            if (i == count && die.Length > 0)
            {
                // The parent makes sure that the sleeper is in the kernel by now.
                PeerSignals.Say("last");
                PeerSignals.WaitForParent();
            }

            bell.Publish(i);
            if (i == count && die == "publication")
                Suicide.Now();
            bell.DiesAtWake = i == count && die == "wake";
            bell.Doorbell.Ring();
            if (drains)
                _ = bell.TryRead(out long _);
        }

        return PeerSignals.Done(bell.Wakes);
    }
}
