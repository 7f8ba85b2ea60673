namespace RingShm.TestPeer.Commands;

/// <summary>
/// Attaches to an MPMC ring and stays with something in its hands until it gets a line: then it makes sure that what it holds is
/// as it left it, finishes, and leaves in good order.
/// </summary>
internal static class MpmcHoldCommand
{
    /// <summary>The tag of a claim that is committed in the end; the next claim has the next.</summary>
    public const int FirstType = 1000;

    private const byte Filling = 0xA5;

    private enum Held
    {
        Nothing,
        Claim,
        TwoClaims,
        Lease,
        TwoLeases,
        Batch,
    }

    public static int Run(PeerArguments arguments)
    {
        using MpmcRing ring = MpmcRing.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        if (arguments.Text("role") == "producer")
            HoldProducer(ring, arguments.Choice<Held>("hold"), (int)arguments.Number("bytes"));
        else
            HoldConsumer(ring, arguments.Choice<Held>("hold"), (int)arguments.Number("count", 1));
        return PeerSignals.Done(0);
    }

    private static void HoldProducer(MpmcRing ring, Held held, int bytes)
    {
        using MpmcProducer producer = ring.AttachProducer();
        if (held == Held.Nothing)
        {
            Wait();
            return;
        }

        using Claim first = Claim(producer, bytes);
        using Claim second = held == Held.TwoClaims ? Claim(producer, bytes) : default;
        Wait();
        Commit(first, FirstType);
        if (held == Held.TwoClaims)
            Commit(second, FirstType + 1);
    }

    private static Claim Claim(MpmcProducer producer, int bytes)
    {
        if (!producer.TryClaim(bytes, out Claim claim))
            throw new MismatchException("no room for a claim");
        claim.Span.Fill(Filling);
        return claim;
    }

    private static void Commit(Claim claim, int type)
    {
        if (claim.Span.ContainsAnyExcept(Filling))
            throw new MismatchException("somebody wrote into an open claim");
        claim.Commit(claim.Span.Length, type);
    }

    private static void HoldConsumer(MpmcRing ring, Held held, int count)
    {
        using MpmcConsumer consumer = ring.AttachConsumer();
        switch (held)
        {
            case Held.Nothing:
                Wait();
                return;
            case Held.Batch:
                // Waits inside the handler of the batch's last message: all of them are delivered, none is handed back.
                int left = count;
                _ = consumer.TryReadBatch(
                    (in Message _) =>
                    {
                        if (--left == 0)
                            Wait();
                    },
                    count);
                return;
            default:
                using (Message first = Lease(consumer))
                using (Message second = held == Held.TwoLeases ? Lease(consumer) : default)
                {
                    byte[] before = [.. first.Span, .. second.Span];
                    Wait();
                    byte[] after = [.. first.Span, .. second.Span];
                    if (!before.AsSpan().SequenceEqual(after))
                        throw new MismatchException("somebody wrote into an open lease");
                }

                return;
        }
    }

    private static Message Lease(MpmcConsumer consumer) =>
        consumer.TryRead(out Message message) ? message : throw new MismatchException("nothing to lease");

    private static void Wait()
    {
        PeerSignals.Attached();
        PeerSignals.WaitForParent();
    }
}
