namespace RingShm.TestPeer.Commands;

/// <summary>How an MPMC consumer takes its messages.</summary>
internal enum MpmcRead
{
    Lease,

    /// <summary>Up to three leases at once, handed back in any order.</summary>
    Leases,
    Wait,
    Batch,

    /// <summary>Batches of which only some messages are settled; the others come again.</summary>
    Settle,
    Typed,
    TypedBatch,
}

/// <summary>
/// Consumes until the ring is drained, checks every message's bytes, and notes every delivery in its own ledger (<c>log=</c>)
/// before it hands the message back.
/// </summary>
internal static class MpmcConsumeCommand
{
    public static int Run(PeerArguments arguments)
    {
        MpmcRead mode = arguments.Choice<MpmcRead>("mode");
        return mode >= MpmcRead.Typed ? RunTyped(arguments, mode) : RunBytes(arguments, mode);
    }

    private static int RunBytes(PeerArguments arguments, MpmcRead mode)
    {
        using Ledger ledger = Ledger.Open(arguments.Text("log"));
        using MpmcRing ring = MpmcRing.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using MpmcConsumer consumer = Attaching.UntilThereIsARow(ring.AttachConsumer);
        PeerSignals.Attached();
        MpmcSink sink = new(arguments, ledger, (int)ring.MaxMessageBytes);
        return sink.Run(
            () => mode switch
            {
                MpmcRead.Lease => Lease(consumer, sink),
                MpmcRead.Leases => Leases(consumer, sink),
                MpmcRead.Wait => LeaseAfterWaiting(consumer, sink),
                MpmcRead.Batch => Batch(consumer, sink),
                _ => Settle(consumer, sink),
            },
            () => consumer.IsDrained);
    }

    private static int Lease(MpmcConsumer consumer, MpmcSink sink)
    {
        if (!consumer.TryRead(out Message message))
            return 0;
        using (message)
            sink.Log(message);
        return 1;
    }

    private static int LeaseAfterWaiting(MpmcConsumer consumer, MpmcSink sink)
    {
        if (!consumer.Read(out Message message, TimeSpan.FromMilliseconds(5)))
            return 0;
        using (message)
            sink.Log(message);
        return 1;
    }

    /// <summary>A lease's bytes are looked at again before it is handed back: nobody may have written there meanwhile.</summary>
    private static int Leases(MpmcConsumer consumer, MpmcSink sink)
    {
        if (!consumer.TryRead(out Message first))
            return 0;
        sink.Log(first);
        bool hasSecond = consumer.TryRead(out Message second);
        if (hasSecond)
            sink.Log(second);
        bool hasThird = consumer.TryRead(out Message third);
        if (hasThird)
            sink.Log(third);
        sink.CheckAgain(first);
        sink.CheckAgain(second);
        sink.CheckAgain(third);
        switch (sink.Random.Next(3))
        {
            case 0:
                first.Dispose();
                third.Dispose();
                second.Dispose();
                break;
            case 1:
                third.Dispose();
                second.Dispose();
                first.Dispose();
                break;
            default:
                second.Dispose();
                first.Dispose();
                third.Dispose();
                break;
        }

        return 1 + (hasSecond ? 1 : 0) + (hasThird ? 1 : 0);
    }

    private static int Batch(MpmcConsumer consumer, MpmcSink sink) => consumer.TryReadBatch(
        static (in Message message, MpmcSink sink) => sink.Log(message), sink, sink.Random.Next(1, MpmcProduceCommand.LongestBatch + 1));

    private static int Settle(MpmcConsumer consumer, MpmcSink sink)
    {
        int delivered = 0;
        consumer.TryReadBatch(
            (in Message message, MpmcSink sink) =>
            {
                sink.Log(message);
                delivered++;
            },
            // Usually all; else any number, none among them.
            static (messages, sink) => sink.Random.Next(3) != 0 ? messages : sink.Random.Next(messages + 1),
            sink,
            sink.Random.Next(1, MpmcProduceCommand.LongestBatch + 1));
        return delivered;
    }

    private static int RunTyped(PeerArguments arguments, MpmcRead mode)
    {
        using Ledger ledger = Ledger.Open(arguments.Text("log"));
        using MpmcRing<Value40> ring = MpmcRing<Value40>.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using MpmcConsumer<Value40> consumer = Attaching.UntilThereIsARow(ring.AttachConsumer);
        PeerSignals.Attached();
        MpmcSink sink = new(arguments, ledger, maxMessageBytes: 0);
        Value40[] values = new Value40[MpmcProduceCommand.LongestBatch];
        return sink.Run(
            () =>
            {
                int taken = mode == MpmcRead.Typed ? consumer.TryRead(out values[0]) ? 1 : 0 : consumer.TryReadBatch(values);
                for (int i = 0; i < taken; i++)
                    sink.Log(values[i]);
                return taken;
            },
            () => consumer.IsDrained);
    }
}
