namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Does at random all that users of an MPMC ring can do whose bytes may be anything: two producers and two consumers, with several
/// claims and leases, batches, recovery. Whatever comes back is fine if it is data within the ring's limits or a typed exception.
/// </summary>
internal sealed class MpmcExerciser(Random random, string path, bool isTyped, Action damage)
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
        using MpmcRing ring = random.Next(3) == 0 ? MpmcRing.CreateOrOpen(path, options) : MpmcRing.Open(path, options);
        MpmcProducer?[] producers = new MpmcProducer?[2];
        MpmcConsumer?[] consumers = new MpmcConsumer?[2];
        for (int i = 0; i < 2; i++)
        {
            int at = i;
            Tolerate(() => producers[at] = ring.AttachProducer());
            Tolerate(() => consumers[at] = ring.AttachConsumer());
        }

        for (int i = 0; i < Operations; i++)
        {
            damage();
            int who = random.Next(2);
            int operation = random.Next(16);
            Tolerate(() =>
            {
                if (operation < 6 && producers[who] is { } producer)
                    Produce(operation, producer);
                else if (operation is >= 6 and < 12 && consumers[who] is { } consumer)
                    Consume(operation, consumer, ring);
                else if (operation == 12)
                    Again(ref producers[who], ring.AttachProducer);
                else if (operation == 13)
                    Again(ref consumers[who], ring.AttachConsumer);
                else
                    Elsewhere(ring.Complete, () => Touch(ring.GetInfo()));
            });
        }

        foreach (RingHandle? handle in producers.Concat<RingHandle?>(consumers))
            handle?.Dispose();
    }

    private static void Again<THandle>(ref THandle? handle, Func<THandle> attach) where THandle : RingHandle
    {
        handle?.Dispose();
        handle = null;
        handle = attach();
    }

    private void Produce(int operation, MpmcProducer producer)
    {
        switch (operation)
        {
            case 0 or 1 or 2:
                _ = producer.TryWrite(new byte[random.Next(0, producer.MaxMessageBytes + 2)], random.Next());
                break;
            case 3:
                _ = producer.TryWriteBatch(
                    [new byte[random.Next(40)], new byte[random.Next(40)], new byte[random.Next(producer.MaxMessageBytes + 1)]], 3);
                break;
            default:
                Claims(producer);
                break;
        }
    }

    private void Claims(MpmcProducer producer)
    {
        if (!producer.TryClaim(random.Next(0, producer.MaxMessageBytes + 1), out Claim first))
            return;
        using (first)
        {
            first.Span.Fill(0x5A);
            damage();
            if (producer.TryClaim(random.Next(0, producer.MaxMessageBytes + 1), out Claim second))
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

    private void Consume(int operation, MpmcConsumer consumer, MpmcRing ring)
    {
        switch (operation)
        {
            case 6 or 7:
                Leases(consumer, ring.MaxMessageBytes);
                break;
            case 8:
                Batch(consumer, ring, random.Next(2) == 0 ? int.MaxValue : 5);
                break;
            case 9:
                SettleSome(consumer, ring.MaxMessageBytes);
                break;
            case 10:
                for (int i = 0; i < MostReads && consumer.TryRead(out Message message); i++)
                {
                    using (message)
                        Sum(message, ring.MaxMessageBytes);
                }

                break;
            default:
                _ = consumer.IsDrained;
                break;
        }
    }

    private void Leases(MpmcConsumer consumer, long maxMessageBytes)
    {
        if (!consumer.TryRead(out Message first))
            return;
        using (first)
        {
            damage();
            Sum(first, maxMessageBytes);
            if (!consumer.TryRead(out Message second))
                return;
            using (second)
            {
                damage();
                Sum(second, maxMessageBytes);
            }
        }
    }

    private static void Batch(MpmcConsumer consumer, MpmcRing ring, int limit)
    {
        long messages = 0;
        _ = consumer.TryReadBatch(
            (in Message message) =>
            {
                Sum(message, ring.MaxMessageBytes);
                if (++messages > ring.CapacityBytes)
                    throw new MismatchException($"one batch handed out {messages} messages of a ring of {ring.CapacityBytes} bytes");
            },
            limit);
    }

    private void SettleSome(MpmcConsumer consumer, long maxMessageBytes) => consumer.TryReadBatch(
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
        using MpmcRing<long> ring = random.Next(3) == 0 ? MpmcRing<long>.CreateOrOpen(path, options) : MpmcRing<long>.Open(path, options);
        MpmcProducer<long>? producer = null;
        MpmcConsumer<long>? consumer = null;
        Tolerate(() => producer = ring.AttachProducer());
        Tolerate(() => consumer = ring.AttachConsumer());
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
                        _ = producer?.TryWrite(random.NextInt64());
                        break;
                    case 2:
                        _ = producer?.TryWriteBatch(values.AsSpan(0, random.Next(values.Length)));
                        break;
                    case 3 or 4:
                        _ = consumer?.TryRead(out _);
                        break;
                    case 5:
                        _ = consumer?.TryReadBatch(values);
                        break;
                    case 6:
                        _ = consumer?.IsDrained;
                        break;
                    default:
                        Elsewhere(ring.Complete, () => Touch(ring.GetInfo()));
                        break;
                }
            });
        }

        producer?.Dispose();
        consumer?.Dispose();
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
        int sum = 0;
        foreach (byte each in message.Span)
            sum += each;
        GC.KeepAlive(sum);
    }

    private static void Touch(RingInfo info) => _ = info.ToString().Length + info.Participants.Count + info.UsedBytes;
}
