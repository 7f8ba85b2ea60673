namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Does at random all that a user can do with a ring whose bytes may be anything. Whatever comes back is fine if it is data
/// within the ring's limits or a typed exception; the caller judges the rest.
/// </summary>
internal sealed class RingExerciser(Random random, string path, bool isTyped, Action damage)
{
    private const int Operations = 24;

    /// <summary>Opens the region in a random way and works on it.</summary>
    public void Run(RingOptions options)
    {
        Tolerate(() => Touch(Ring.Inspect(path)));
        Tolerate(() => _ = Ring.Verify(path).Problems.Count);
        if (isTyped)
            Tolerate(() => RunTyped(options));
        else
            Tolerate(() => RunBytes(options));
    }

    /// <summary>Runs something that may fail in the documented ways.</summary>
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
        using SpscRing ring = random.Next(3) switch
        {
            0 => SpscRing.CreateOrOpen(path, options),
            _ => SpscRing.Open(path, options),
        };
        SpscProducer? producer = null;
        SpscConsumer? consumer = null;
        Tolerate(() => producer = ring.AttachProducer());
        Tolerate(() => consumer = ring.AttachConsumer());
        for (int i = 0; i < Operations; i++)
        {
            damage();
            int operation = random.Next(14);
            Tolerate(() =>
            {
                switch (operation)
                {
                    case 0 or 1 or 2:
                        _ = producer?.TryWrite(new byte[random.Next(0, producer.MaxMessageBytes + 2)], random.Next());
                        break;
                    case 3:
                        if (producer != null)
                            Claim(producer);
                        break;
                    case 4:
                        _ = producer?.TryWriteBatch(
                            [new byte[random.Next(40)], new byte[random.Next(40)], new byte[random.Next(producer.MaxMessageBytes + 1)]], 3);
                        break;
                    case 5 or 6 or 7:
                        if (consumer != null && consumer.TryRead(out Message message))
                            Take(message, ring.MaxMessageBytes);
                        break;
                    case 8 or 9:
                        if (consumer != null)
                            Batch(consumer, ring, random.Next(2) == 0 ? int.MaxValue : 5);
                        break;
                    case 10:
                        _ = consumer?.IsDrained;
                        Touch(ring.GetInfo());
                        break;
                    case 11:
                        producer?.Dispose();
                        producer = null;
                        producer = ring.AttachProducer();
                        break;
                    case 12:
                        consumer?.Dispose();
                        consumer = null;
                        consumer = ring.AttachConsumer();
                        break;
                    default:
                        Elsewhere(ring.Complete);
                        break;
                }
            });
        }
    }

    private void RunTyped(RingOptions options)
    {
        using SpscRing<long> ring = random.Next(3) == 0 ? SpscRing<long>.CreateOrOpen(path, options) : SpscRing<long>.Open(path, options);
        SpscProducer<long>? producer = null;
        SpscConsumer<long>? consumer = null;
        Tolerate(() => producer = ring.AttachProducer());
        Tolerate(() => consumer = ring.AttachConsumer());
        long[] values = new long[2000];
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
                        Touch(ring.GetInfo());
                        break;
                    default:
                        Elsewhere(ring.Complete);
                        break;
                }
            });
        }
    }

    /// <summary>What other processes would do at the same time; ending the stream only rarely, or little else would happen.</summary>
    private void Elsewhere(Action complete)
    {
        switch (random.Next(10))
        {
            case 0:
                complete();
                break;
            case < 5:
                Touch(Ring.Inspect(path));
                break;
            default:
                _ = Ring.Verify(path).IsClean;
                break;
        }
    }

    private void Claim(SpscProducer producer)
    {
        if (!producer.TryClaim(random.Next(0, producer.MaxMessageBytes + 1), out Claim claim))
            return;
        using (claim)
        {
            claim.Span.Fill(0x5A);
            damage();
            if (random.Next(3) != 0)
                claim.Commit(random.Next(claim.Span.Length + 1));
        }
    }

    private void Take(Message message, long maxMessageBytes)
    {
        using (message)
        {
            damage();
            Sum(message, maxMessageBytes);
        }
    }

    private static void Batch(SpscConsumer consumer, SpscRing ring, int limit)
    {
        long bytes = 0;
        _ = consumer.TryReadBatch(
            (in Message message) =>
            {
                Sum(message, ring.MaxMessageBytes);
                bytes += message.Span.Length + sizeof(long);
                if (bytes > ring.CapacityBytes + ring.MaxMessageBytes)
                    throw new MismatchException($"one batch handed out {bytes} bytes of a ring of {ring.CapacityBytes}");
            },
            limit);
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
