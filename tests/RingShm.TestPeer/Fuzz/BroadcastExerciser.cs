namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Does at random all that users of a broadcast ring can do whose bytes may be anything: two writers and two readers, with several claims, a lease,
/// batches, recovery. Whatever comes back is fine if it is data within the ring's limits or a typed exception.
/// </summary>
internal sealed class BroadcastExerciser(Random random, string path, bool isTyped, Action damage)
{
    private const int Operations = 24;

    /// <summary>A damaged ring may offer messages for ever, one call at a time; who reads until there are none needs a bound.</summary>
    private const int MostReads = 500;

    public void Run(RingOptions options)
    {
        Tolerate(() => Touch(Ring.Inspect(path)));
        Tolerate(() => _ = Ring.Verify(path).Problems.Count);
        if (random.Next(4) == 0)
            Tolerate(() => _ = Ring.Recover(path));
        if (isTyped)
            Tolerate(() => RunTyped(options));
        else
            Tolerate(() => RunBytes(options));
    }

    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is RingException or TimeoutException)
        {
            // A named refusal is a right answer to damaged bytes.
        }
    }

    private void RunBytes(RingOptions options)
    {
        using BroadcastRing ring = random.Next(3) == 0 ? BroadcastRing.CreateOrOpen(path, options) : BroadcastRing.Open(path, options);
        BroadcastWriter?[] writers = new BroadcastWriter?[2];
        BroadcastReader?[] readers = new BroadcastReader?[2];
        for (int i = 0; i < 2; i++)
        {
            int at = i;
            Tolerate(() => writers[at] = ring.AttachWriter());
            Tolerate(() => readers[at] = AttachReader(ring));
        }

        for (int i = 0; i < Operations; i++)
        {
            damage();
            int who = random.Next(2);
            int operation = random.Next(16);
            Tolerate(() =>
            {
                if (operation < 6 && writers[who] is { } writer)
                    Write(operation, writer);
                else if (operation is >= 6 and < 12 && readers[who] is { } reader)
                    Read(operation, reader, ring);
                else if (operation == 12)
                    Again(ref writers[who], ring.AttachWriter);
                else if (operation == 13)
                    Again(ref readers[who], () => AttachReader(ring));
                else
                    Elsewhere(ring.Complete, () => Touch(ring.GetInfo()));
            });
        }

        foreach (RingHandle? handle in writers.Concat<RingHandle?>(readers))
            handle?.Dispose();
    }

    private BroadcastReader AttachReader(BroadcastRing ring) => ring.AttachReader((ReaderStart)random.Next(3), (ReaderResume)random.Next(2));

    private static void Again<THandle>(ref THandle? handle, Func<THandle> attach) where THandle : RingHandle
    {
        handle?.Dispose();
        handle = null;
        handle = attach();
    }

    private void Write(int operation, BroadcastWriter writer)
    {
        switch (operation)
        {
            case 0 or 1 or 2:
                _ = writer.TryWrite(new byte[random.Next(0, writer.MaxMessageBytes + 2)], random.Next());
                break;
            case 3:
                _ = writer.TryWriteBatch(
                    [new byte[random.Next(40)], new byte[random.Next(40)], new byte[random.Next(writer.MaxMessageBytes + 1)]], 3);
                break;
            default:
                Claims(writer);
                break;
        }
    }

    private void Claims(BroadcastWriter writer)
    {
        if (!writer.TryClaim(random.Next(0, writer.MaxMessageBytes + 1), out Claim first))
            return;
        using (first)
        {
            first.Span.Fill(0x5A);
            damage();
            if (writer.TryClaim(random.Next(0, writer.MaxMessageBytes + 1), out Claim second))
            {
                using (second)
                {
                    second.Span.Fill(0x5B);
                    damage();
                    if (random.Next(3) != 0)
                        second.Commit(random.Next(second.Span.Length + 1));
                }
            }

            if (random.Next(3) != 0)
                first.Commit(random.Next(first.Span.Length + 1));
        }
    }

    private void Read(int operation, BroadcastReader reader, BroadcastRing ring)
    {
        switch (operation)
        {
            case 6 or 7:
                if (!reader.TryRead(out Message lease))
                    break;
                using (lease)
                {
                    damage();
                    Sum(lease, ring.MaxMessageBytes);
                }

                break;
            case 8:
                Batch(reader, ring, random.Next(2) == 0 ? int.MaxValue : 5);
                break;
            case 9:
                SettleSome(reader, ring.MaxMessageBytes);
                break;
            case 10:
                for (int i = 0; i < MostReads && reader.TryRead(out Message message); i++)
                {
                    using (message)
                        Sum(message, ring.MaxMessageBytes);
                }

                break;
            default:
                _ = reader.IsDrained;
                _ = reader.MessagesLost;
                break;
        }
    }

    private static void Batch(BroadcastReader reader, BroadcastRing ring, int limit)
    {
        long messages = 0;
        _ = reader.TryReadBatch(
            (in Message message) =>
            {
                Sum(message, ring.MaxMessageBytes);
                if (++messages > ring.CapacityBytes)
                    throw new MismatchException($"one batch handed out {messages} messages of a ring of {ring.CapacityBytes} bytes");
            },
            limit);
    }

    private void SettleSome(BroadcastReader reader, long maxMessageBytes) => reader.TryReadBatch(
        (in Message message, long max) =>
        {
            Sum(message, max);
            damage();
        },
        (messages, _) => random.Next(messages + 1),
        maxMessageBytes,
        limit: 4);

    private void RunTyped(RingOptions options)
    {
        using BroadcastRing<long> ring = random.Next(3) == 0 ? BroadcastRing<long>.CreateOrOpen(path, options) : BroadcastRing<long>.Open(path, options);
        BroadcastWriter<long>? writer = null;
        BroadcastReader<long>? reader = null;
        Tolerate(() => writer = ring.AttachWriter());
        Tolerate(() => reader = ring.AttachReader((ReaderStart)random.Next(3)));
        long[] values = new long[200];
        for (int i = 0; i < Operations; i++)
        {
            damage();
            int operation = random.Next(8);
            Tolerate(() =>
            {
                switch (operation)
                {
                    case 0 or 1:
                        _ = writer?.TryWrite(random.NextInt64());
                        break;
                    case 2:
                        _ = writer?.TryWriteBatch(values.AsSpan(0, random.Next(values.Length)));
                        break;
                    case 3 or 4:
                        _ = reader?.TryRead(out _);
                        break;
                    case 5:
                        _ = reader?.TryReadBatch(values);
                        break;
                    case 6:
                        _ = reader?.IsDrained;
                        break;
                    default:
                        Elsewhere(ring.Complete, () => Touch(ring.GetInfo()));
                        break;
                }
            });
        }

        writer?.Dispose();
        reader?.Dispose();
    }

    /// <summary>What other processes would do at the same time; ending the stream only rarely, or little else would happen.</summary>
    private void Elsewhere(Action complete, Action look)
    {
        switch (random.Next(10))
        {
            case 0:
                complete();
                break;
            case < 3:
                look();
                break;
            case < 5:
                Touch(Ring.Inspect(path));
                break;
            case < 8:
                _ = Ring.Recover(path);
                break;
            default:
                _ = Ring.Verify(path).IsClean;
                break;
        }
    }

    /// <summary>Reads every byte, so that a span outside the mapping would be felt.</summary>
    private static void Sum(in Message message, long maxMessageBytes)
    {
        if (message.Span.Length > maxMessageBytes)
            throw new MismatchException($"a message of {message.Span.Length} bytes; the ring carries {maxMessageBytes}");
        if (message.LostBefore < 0)
            throw new MismatchException($"{message.LostBefore} messages lost");
        int sum = 0;
        foreach (byte each in message.Span)
            sum += each;
        GC.KeepAlive(sum);
    }

    private static void Touch(RingInfo info) => _ = info.ToString().Length + info.Participants.Count + info.UsedBytes;
}
