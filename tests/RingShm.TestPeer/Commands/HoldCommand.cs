namespace RingShm.TestPeer.Commands;

/// <summary>
/// Attaches and stays, with nothing, an open claim, an open lease or an interrupted batch in its hands, until it gets a line
/// (then it leaves in good order) or a signal (then it does not).
/// </summary>
internal static class HoldCommand
{
    private enum Held
    {
        Nothing,
        Claim,
        Lease,
        Batch,
    }

    public static int Run(PeerArguments arguments)
    {
        using SpscRing ring = SpscRing.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        if (arguments.Text("role") == "producer")
            HoldProducer(ring, arguments);
        else
            HoldConsumer(ring, arguments);
        return PeerSignals.Done(0);
    }

    private static void HoldProducer(SpscRing ring, PeerArguments arguments)
    {
        using SpscProducer producer = ring.AttachProducer();
        if (arguments.Choice<Held>("hold") == Held.Nothing)
        {
            Wait();
            return;
        }

        if (!producer.TryClaim((int)arguments.Number("bytes"), out Claim claim))
            throw new MismatchException("no room for a claim");
        using (claim)
        {
            claim.Span.Fill(0xA5);
            Wait();
        }
    }

    private static void HoldConsumer(SpscRing ring, PeerArguments arguments)
    {
        using SpscConsumer consumer = ring.AttachConsumer();
        switch (arguments.Choice<Held>("hold"))
        {
            case Held.Nothing:
                Wait();
                return;
            case Held.Batch:
                // Waits inside the handler of the batch's last message: all of them are delivered, none is handed back.
                int left = (int)arguments.Number("count");
                _ = consumer.TryReadBatch(
                    (in Message _) =>
                    {
                        if (--left == 0)
                            Wait();
                    },
                    left);
                return;
            default:
                if (!consumer.TryRead(out Message message))
                    throw new MismatchException("nothing to lease");
                using (message)
                    Wait();
                return;
        }
    }

    private static void Wait()
    {
        PeerSignals.Attached();
        PeerSignals.WaitForParent();
    }
}
