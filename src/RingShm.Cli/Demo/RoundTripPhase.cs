using System.Buffers.Binary;
using System.Diagnostics;
using HdrHistogram;

namespace RingShm.Cli.Demo;

/// <summary>A message to the peer and its echo back, one at a time.</summary>
internal static class RoundTripPhase
{
    private const int SignificantDigits = 3;
    private const long LongestNanoseconds = 60_000_000_000;
    private const int LookEvery = 256;

    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(200);

    /// <summary>The peer's half: sends everything back until there is no more.</summary>
    public static void Echo(SpscRing ping, SpscProducer pong)
    {
        using SpscConsumer consumer = ping.AttachConsumer();
        Spinner spinner = default;
        while (true)
        {
            if (consumer.TryRead(out Message message))
            {
                using (message)
                {
                    while (!pong.TryWrite(message.Span))
                        spinner.Wait();
                }

                spinner.Reset();
            }
            else if (spinner.Wait() && consumer.IsDrained)
            {
                return;
            }
        }
    }

    /// <summary>This side's half.</summary>
    public static RoundTripReport Measure(SpscRing ping, SpscConsumer pong, TimeSpan duration, PeerProcess peer, Action<double> progress)
    {
        LongHistogram histogram = new(LongestNanoseconds, SignificantDigits);
        using (SpscProducer producer = ping.AttachProducer())
        {
            bool isWarm = false;
            long start = Stopwatch.GetTimestamp();
            // At least one warm round, however slow the machine.
            for (TimeSpan elapsed = default; elapsed < duration || histogram.TotalCount == 0; elapsed = Stopwatch.GetElapsedTime(start))
            {
                // A short run has a short warm-up.
                isWarm = isWarm || elapsed >= (WarmUp < duration / 4 ? WarmUp : duration / 4);
                for (int i = 0; i < LookEvery; i++)
                {
                    long nanoseconds = RoundTrip(producer, pong, i, peer);
                    if (isWarm)
                        histogram.RecordValue(Math.Clamp(nanoseconds, 1, LongestNanoseconds));
                }

                peer.ThrowIfCancelled();
                progress(elapsed.TotalSeconds);
            }
        }

        ping.Complete();
        return ReportOf(histogram);
    }

    private static long RoundTrip(SpscProducer ping, SpscConsumer pong, int number, PeerProcess peer)
    {
        Span<byte> sent = stackalloc byte[DemoRings.SmallMessageBytes];
        BinaryPrimitives.WriteInt32LittleEndian(sent, number);
        long start = Stopwatch.GetTimestamp();
        if (!ping.TryWrite(sent))
            throw CommandException.Failed("The ping ring is full, though its last message came back.");
        Spinner spinner = default;
        while (true)
        {
            bool wasGone = peer.IsGone;
            if (pong.TryRead(out Message message))
            {
                long end = Stopwatch.GetTimestamp();
                using (message)
                {
                    if (!message.Span.SequenceEqual(sent))
                        throw CommandException.Failed("An echo is not what was sent.");
                }

                // Not by way of TimeSpan, which counts in steps of 100 ns.
                return (long)((end - start) * NanosecondsPerTick);
            }

            if (spinner.Wait())
                peer.ThrowIfHopeless(wasGone);
        }
    }

    private static RoundTripReport ReportOf(LongHistogram histogram) => new(
        DemoRings.SmallMessageBytes,
        histogram.TotalCount,
        histogram.GetValueAtPercentile(50),
        histogram.GetValueAtPercentile(90),
        histogram.GetValueAtPercentile(99),
        histogram.GetValueAtPercentile(99.9),
        histogram.GetValueAtPercentile(100),
        Buckets(histogram));

    /// <summary>
    /// Twelve buckets for a picture: ten, each wider than the one before by the same factor, from the fastest hundredth to the
    /// slowest thousandth of the round trips, and one for those on either side.
    /// </summary>
    private static BucketReport[] Buckets(LongHistogram histogram)
    {
        const int Middle = 10;
        if (histogram.TotalCount == 0)
            return [];
        long low = histogram.GetValueAtPercentile(1);
        double factor = Math.Pow(Math.Max((double)histogram.GetValueAtPercentile(99.9) / low, 2), 1.0 / Middle);
        long[] edges = [0, .. Enumerable.Range(0, Middle + 1).Select(i => (long)(low * Math.Pow(factor, i))), 0];
        edges[^1] = Math.Max(histogram.GetValueAtPercentile(100), edges[^2]) + 1;
        long[] counts = new long[edges.Length - 1];
        foreach (HdrHistogram.Iteration.HistogramIterationValue value in histogram.RecordedValues())
        {
            int at = Array.FindLastIndex(edges, edge => edge <= value.ValueIteratedTo);
            counts[Math.Min(at, counts.Length - 1)] += value.CountAtValueIteratedTo;
        }

        return [.. counts.Select((count, i) => new BucketReport(edges[i], edges[i + 1], count))];
    }
}
