namespace RingShm.TestPeer.Commands;

/// <summary>How an MPMC producer hands its messages over.</summary>
internal enum MpmcWrite
{
    Write,

    /// <summary>One claim at a time; some are given up.</summary>
    Claim,

    /// <summary>Up to three claims at once, ended in any order; some are given up.</summary>
    Claims,
    Batch,
    Typed,
    TypedBatch,
}

/// <summary>
/// Produces messages until the parent says stop. Notes in its own ledger (<c>log=</c>) what becomes of each, before and after the
/// call that publishes it.
/// </summary>
internal static class MpmcProduceCommand
{
    /// <summary>The most messages of one call.</summary>
    public const int LongestBatch = 16;

    public static int Run(PeerArguments arguments)
    {
        MpmcWrite mode = arguments.Choice<MpmcWrite>("mode");
        return mode >= MpmcWrite.Typed ? RunTyped(arguments, mode) : RunBytes(arguments, mode);
    }

    private static int RunBytes(PeerArguments arguments, MpmcWrite mode)
    {
        using Ledger log = Ledger.Open(arguments.Text("log"));
        using MpmcRing ring = MpmcRing.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using MpmcProducer producer = Attaching.UntilThereIsARow(ring.AttachProducer);
        PeerSignals.Attached();
        MpmcSource source = new(arguments, log, producer.MaxMessageBytes);
        MpmcClaims claims = new(producer, source);
        byte[] buffer = new byte[producer.MaxMessageBytes];
        while (source.GoesOn())
        {
            switch (mode)
            {
                case MpmcWrite.Write:
                    Write(producer, source, buffer);
                    break;
                case MpmcWrite.Batch:
                    WriteBatch(producer, source);
                    break;
                default:
                    claims.WriteSome(several: mode == MpmcWrite.Claims);
                    break;
            }
        }

        return PeerSignals.Done(log.Published);
    }

    private static void Write(MpmcProducer producer, MpmcSource source, byte[] buffer)
    {
        long id = source.Next();
        Span<byte> message = buffer.AsSpan(0, source.Pattern.LengthOf(id));
        source.Pattern.Fill(message, id);
        source.Note(id, MessageFate.Begun);
        producer.Write(message, MessageId.TypeOf(id), Timeout.InfiniteTimeSpan, CancellationToken.None);
        source.Note(id, MessageFate.Published);
    }

    private static void WriteBatch(MpmcProducer producer, MpmcSource source)
    {
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[source.Random.Next(1, LongestBatch + 1)];
        long first = source.Next(messages.Length);
        for (int i = 0; i < messages.Length; i++)
        {
            byte[] message = new byte[source.Pattern.LengthOf(first + i)];
            source.Pattern.Fill(message, first + i);
            messages[i] = message;
            source.Note(first + i, MessageFate.Begun);
        }

        SpinWait wait = default;
        for (int written = 0; written < messages.Length;)
        {
            int more = producer.TryWriteBatch(messages.AsSpan(written), MessageId.TypeOf(first));
            for (int i = 0; i < more; i++)
                source.Note(first + written + i, MessageFate.Published);
            written += more;
            if (more == 0)
                wait.SpinOnce();
        }
    }

    private static int RunTyped(PeerArguments arguments, MpmcWrite mode)
    {
        using Ledger log = Ledger.Open(arguments.Text("log"));
        using MpmcRing<Value40> ring = MpmcRing<Value40>.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using MpmcProducer<Value40> producer = Attaching.UntilThereIsARow(ring.AttachProducer);
        PeerSignals.Attached();
        MpmcSource source = new(arguments, log, maxMessageBytes: 0);
        Value40[] values = new Value40[LongestBatch];
        while (source.GoesOn())
        {
            int count = mode == MpmcWrite.Typed ? 1 : source.Random.Next(1, LongestBatch + 1);
            long first = source.Next(count);
            for (int i = 0; i < count; i++)
            {
                values[i] = source.Pattern.ValueOf<Value40>(first + i);
                source.Note(first + i, MessageFate.Begun);
            }

            SpinWait wait = default;
            for (int written = 0; written < count;)
            {
                int more = mode == MpmcWrite.Typed
                    ? producer.TryWrite(values[0]) ? 1 : 0
                    : producer.TryWriteBatch(values.AsSpan(written, count - written));
                for (int i = 0; i < more; i++)
                    source.Note(first + written + i, MessageFate.Published);
                written += more;
                if (more == 0)
                    wait.SpinOnce();
            }
        }

        return PeerSignals.Done(log.Published);
    }
}
