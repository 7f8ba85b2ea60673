namespace RingShm.TestPeer.Commands;

/// <summary>Tries once to take a role and says how it went: <c>attached</c>, or <c>taken PID</c> with exit code 2.</summary>
internal static class AttachCommand
{
    public static int Run(PeerArguments arguments)
    {
        using SpscRing ring = SpscRing.Open(arguments.Ring);
        using RingHandle handle = arguments.Text("role") == "producer" ? ring.AttachProducer() : ring.AttachConsumer();
        PeerSignals.Attached();
        return PeerSignals.Done(0);
    }
}
