namespace RingShm.TestPeer.Commands;

/// <summary>Attaches to an MPMC ring and keeps a claim open until it gets a line (then it gives it up) or a signal.</summary>
internal static class ClaimCommand
{
    public static int Run(PeerArguments arguments)
    {
        using MpmcRing ring = MpmcRing.Open(arguments.Ring);
        using MpmcProducer producer = ring.AttachProducer();
        if (!producer.TryClaim((int)arguments.Number("bytes"), out Claim claim))
            throw new MismatchException("no room for a claim");
        using (claim)
        {
            claim.Span.Fill(0xA5);
            PeerSignals.Attached();
            PeerSignals.WaitForParent();
        }

        return PeerSignals.Done(0);
    }
}
