using System.Buffers.Binary;
using System.Diagnostics;

namespace RingShm.Cli.Demo;

/// <summary>
/// Small messages as fast as they go: the peer counts up from 1, this side checks that each number is the next. Nothing is
/// sent twice, lost or out of order without being noticed.
/// </summary>
internal static class ThroughputPhase
{
    public const int BatchMessages = 64;

    /// <summary>How many messages go between two looks at the clock.</summary>
    private const int Round = 1 << 14;

    public static void SendValues(SpscRing<ulong> ring, TimeSpan duration)
    {
        using SpscProducer<ulong> producer = ring.AttachProducer();
        Spinner spinner = default;
        ulong number = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            for (int i = 0; i < Round; i++)
            {
                number++;
                while (!producer.TryWrite(number))
                    spinner.Wait();
                spinner.Reset();
            }
        }

        ring.Complete();
    }

    public static void SendBatches(SpscRing<ulong> ring, TimeSpan duration)
    {
        using SpscProducer<ulong> producer = ring.AttachProducer();
        Spinner spinner = default;
        Span<ulong> batch = stackalloc ulong[BatchMessages];
        ulong number = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            for (int i = 0; i < Round / BatchMessages; i++)
            {
                for (int j = 0; j < BatchMessages; j++)
                    batch[j] = ++number;
                for (int written = 0; written < BatchMessages;)
                {
                    int count = producer.TryWriteBatch(batch[written..]);
                    written += count;
                    if (count == 0)
                        spinner.Wait();
                    else
                        spinner.Reset();
                }
            }
        }

        ring.Complete();
    }

    public static void SendBytes(SpscRing ring, TimeSpan duration)
    {
        using SpscProducer producer = ring.AttachProducer();
        Spinner spinner = default;
        Span<byte> message = stackalloc byte[DemoRings.SmallMessageBytes];
        message.Clear();
        ulong number = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            for (int i = 0; i < Round; i++)
            {
                Stamp(message, ++number);
                while (!producer.TryWrite(message))
                    spinner.Wait();
                spinner.Reset();
            }
        }

        ring.Complete();
    }

    public static ThroughputReport ReceiveValues(SpscConsumer<ulong> consumer, PeerProcess peer, Action<double> progress)
    {
        RateMeter meter = new(peer, progress);
        Spinner spinner = default;
        ulong number = 0;
        while (true)
        {
            if (consumer.TryRead(out ulong value))
            {
                if (value != ++number)
                    ThrowOutOfOrder(number, value);
                spinner.Reset();
                if (number % Round == 0)
                    meter.Look((long)number);
            }
            else if (spinner.Wait() && meter.IsOver(peer.IsGone, consumer.IsDrained))
            {
                return meter.Report("8-byte values", sizeof(ulong), 1, (long)number);
            }
        }
    }

    public static ThroughputReport ReceiveBatches(SpscConsumer<ulong> consumer, PeerProcess peer, Action<double> progress)
    {
        RateMeter meter = new(peer, progress);
        Spinner spinner = default;
        Span<ulong> batch = stackalloc ulong[BatchMessages];
        ulong number = 0;
        int sinceLook = 0;
        while (true)
        {
            int count = consumer.TryReadBatch(batch);
            for (int i = 0; i < count; i++)
            {
                if (batch[i] != ++number)
                    ThrowOutOfOrder(number, batch[i]);
            }

            sinceLook += count;
            if (count > 0)
            {
                spinner.Reset();
                if (sinceLook >= Round)
                {
                    sinceLook = 0;
                    meter.Look((long)number);
                }
            }
            else if (spinner.Wait() && meter.IsOver(peer.IsGone, consumer.IsDrained))
            {
                return meter.Report("8-byte values in batches", sizeof(ulong), BatchMessages, (long)number);
            }
        }
    }

    public static ThroughputReport ReceiveBytes(SpscConsumer consumer, PeerProcess peer, Action<double> progress)
    {
        RateMeter meter = new(peer, progress);
        Spinner spinner = default;
        ulong number = 0;
        while (true)
        {
            if (consumer.TryRead(out Message message))
            {
                using (message)
                    CheckStamp(message.Span, ++number);
                spinner.Reset();
                if (number % Round == 0)
                    meter.Look((long)number);
            }
            else if (spinner.Wait() && meter.IsOver(peer.IsGone, consumer.IsDrained))
            {
                return meter.Report("64-byte messages", DemoRings.SmallMessageBytes, 1, (long)number);
            }
        }
    }

    /// <summary>The number goes to both ends of the message, so that a torn one would show.</summary>
    private static void Stamp(Span<byte> message, ulong number)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(message, number);
        BinaryPrimitives.WriteUInt64LittleEndian(message[^sizeof(ulong)..], number);
    }

    private static void CheckStamp(ReadOnlySpan<byte> message, ulong number)
    {
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(message);
        ulong last = BinaryPrimitives.ReadUInt64LittleEndian(message[^sizeof(ulong)..]);
        if (first != number || last != number)
            ThrowOutOfOrder(number, first != number ? first : last);
    }

    private static void ThrowOutOfOrder(ulong expected, ulong found) =>
        throw CommandException.Failed($"Message {expected} came as {found}.");
}
