using System.Buffers;

namespace RingShm.TestPeer.Commands;

/// <summary>How a producer hands its messages over.</summary>
internal enum WriteMode
{
    Write,
    Claim,
    Writer,
    Batch,
    Typed8,
    Typed21,
    TypedBatch40,
}

/// <summary>What producer and receiver agree on about batches.</summary>
internal static class ProduceBatch
{
    /// <summary>The most messages in one batch, and so under one tag.</summary>
    public const int Longest = 16;
}

/// <summary>
/// Produces messages from where the ledger says the last producer stopped, until <c>count</c> are out or the parent says stop.
/// </summary>
internal static class ProduceCommand
{
    public static int Run(PeerArguments arguments)
    {
        WriteMode mode = arguments.Choice<WriteMode>("mode");
        return mode switch
        {
            WriteMode.Typed8 => RunTyped<ulong>(arguments, batch: 1),
            WriteMode.Typed21 => RunTyped<Value21>(arguments, batch: 1),
            WriteMode.TypedBatch40 => RunTyped<Value40>(arguments, ProduceBatch.Longest),
            _ => RunBytes(arguments, mode),
        };
    }

    private static int RunBytes(PeerArguments arguments, WriteMode mode)
    {
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        using SpscRing ring = SpscRing.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using SpscProducer producer = ring.AttachProducer();
        PeerSignals.Attached();
        MessagePattern pattern = new(arguments.Number("seed"), arguments.Choice<SizeMix>("sizes"), producer.MaxMessageBytes, arguments.Choice<MessageNumber>("number"));
        byte[] buffer = new byte[producer.MaxMessageBytes];
        Produce(arguments, ledger, (from, limit) =>
        {
            int length = pattern.LengthOf(from);
            int type = MessagePattern.TypeOf(from);
            switch (mode)
            {
                case WriteMode.Write:
                    pattern.Fill(buffer.AsSpan(0, length), from);
                    ledger.Attempted = from + 1;
                    producer.Write(buffer.AsSpan(0, length), type, Timeout.InfiniteTimeSpan, CancellationToken.None);
                    return 1;
                case WriteMode.Batch:
                    return WriteBatch(ledger, producer, pattern, from, limit);
                default:
                    ledger.Attempted = from + 1;
                    WriteClaim(producer, pattern, from, length, throughWriter: mode == WriteMode.Writer);
                    return 1;
            }
        });
        if (arguments.Flag("complete"))
            ring.Complete();
        return PeerSignals.Done(ledger.Published);
    }

    /// <summary>Every third claim is for more than is committed, and every seventh is preceded by one that is given up.</summary>
    private static void WriteClaim(SpscProducer producer, MessagePattern pattern, long sequence, int length, bool throughWriter)
    {
        SpinWait wait = default;
        int claimed = sequence % 3 == 0 ? Math.Min(length + 24, producer.MaxMessageBytes) : length;
        if (sequence % 7 == 0 && producer.TryClaim(claimed, out Claim given))
        {
            given.Span.Fill(0xA5);
            given.Dispose();
        }

        Claim claim;
        while (!producer.TryClaim(claimed, out claim))
            wait.SpinOnce();
        using (claim)
        {
            if (!throughWriter || length == 0)
            {
                pattern.Fill(claim.Span[..length], sequence);
                claim.Commit(length, MessagePattern.TypeOf(sequence));
                return;
            }

            IBufferWriter<byte> writer = claim.Writer;
            pattern.Fill(writer.GetSpan(length)[..length], sequence);
            writer.Advance(length);
            claim.Commit(length, MessagePattern.TypeOf(sequence));
        }
    }

    /// <summary>Batches of 1 to 16 messages; what does not fit starts the next one.</summary>
    private static int WriteBatch(Ledger ledger, SpscProducer producer, MessagePattern pattern, long from, long limit)
    {
        int wanted = (int)Math.Min(limit, 1 + (from % ProduceBatch.Longest));
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[wanted];
        for (int i = 0; i < wanted; i++)
        {
            byte[] message = new byte[pattern.LengthOf(from + i)];
            pattern.Fill(message, from + i);
            messages[i] = message;
        }

        ledger.Attempted = from + wanted;
        SpinWait wait = default;
        int written;
        while ((written = producer.TryWriteBatch(messages, MessagePattern.TypeOf(from))) == 0)
            wait.SpinOnce();
        return written;
    }

    private static int RunTyped<T>(PeerArguments arguments, int batch) where T : unmanaged
    {
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        using SpscRing<T> ring = SpscRing<T>.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using SpscProducer<T> producer = ring.AttachProducer();
        PeerSignals.Attached();
        MessagePattern pattern = new(arguments.Number("seed"), SizeMix.Largest, 0, MessageNumber.InPayload);
        T[] values = new T[batch];
        Produce(arguments, ledger, (from, limit) =>
        {
            int wanted = (int)Math.Min(limit, batch);
            for (int i = 0; i < wanted; i++)
                values[i] = pattern.ValueOf<T>(from + i);
            ledger.Attempted = from + wanted;
            SpinWait wait = default;
            int written;
            while ((written = batch == 1 ? Written(producer.TryWrite(values[0])) : producer.TryWriteBatch(values.AsSpan(0, wanted))) == 0)
                wait.SpinOnce();
            return written;
        });
        if (arguments.Flag("complete"))
            ring.Complete();
        return PeerSignals.Done(ledger.Published);
    }

    private static int Written(bool one) => one ? 1 : 0;

    /// <summary>Calls <paramref name="write"/> with the next number and how many are left; it returns how many it wrote.</summary>
    private static void Produce(PeerArguments arguments, Ledger ledger, Func<long, long, int> write)
    {
        long end = arguments.Number("count", long.MaxValue);
        Pace pace = new(arguments.Choice<PaceKind>("pace"), (int)arguments.Number("seed"));
        // What the last producer began and did not finish stays undecided for ever; its numbers are not used again.
        long next = ledger.Attempted;
        while (next < end && !ledger.IsStopped)
        {
            next += write(next, end - next);
            ledger.Published = next;
            ledger.Attempted = next;
            pace.Step();
        }
    }
}
