using System.Diagnostics;
using System.Globalization;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Two producers and two consumers, four processes that only spin, for a look at their system calls. <c>apart=1</c>: the producers
/// first, into a ring that holds everything, then the consumers, so that nobody ever finds the ring full or empty.
/// </summary>
internal static class MpmcPairsCommand
{
    public static int Run(PeerArguments arguments)
    {
        long count = arguments.Number("count");
        bool isApart = arguments.Flag("apart");
        RingOptions options = new() { CapacityBytes = isApart ? 64 << 20 : 1 << 16, PrefaultPages = true };
        using MpmcRing<long> ring = MpmcRing<long>.CreateOrOpen(arguments.Ring, options);
        switch (arguments.Text("part", "parent"))
        {
            case "producer":
                return Produce(ring, count);
            case "consumer":
                return Consume(ring);
        }

        long start = Stopwatch.GetTimestamp();
        List<Process> producers = [Start("producer"), Start("producer")];
        List<Process> consumers = isApart ? [] : [Start("consumer"), Start("consumer")];
        producers.ForEach(static process => process.WaitForExit());
        ring.Complete();
        if (isApart)
            consumers = [Start("consumer"), Start("consumer")];
        consumers.ForEach(static process => process.WaitForExit());
        long seconds = (long)Math.Ceiling(Stopwatch.GetElapsedTime(start).TotalSeconds);
        bool hasFailed = producers.Concat(consumers).Any(static process => process.ExitCode != 0);
        PeerSignals.Say($"took {seconds.ToString(CultureInfo.InvariantCulture)}");
        RingInfo info = ring.GetInfo();
        if (hasFailed || info.MessagesRead != count)
            throw new MismatchException($"{info.MessagesRead} of {count} messages were read");
        return PeerSignals.Done(count);

        Process Start(string part) => Process.Start(
            Environment.ProcessPath!,
            [
                "mpmc-pairs", $"ring={arguments.Ring}", $"part={part}", $"apart={(isApart ? 1 : 0)}",
                $"count={(count / 2).ToString(CultureInfo.InvariantCulture)}",
            ]);
    }

    private static int Produce(MpmcRing<long> ring, long count)
    {
        using MpmcProducer<long> producer = ring.AttachProducer();
        for (long i = 0; i < count; i++)
        {
            while (!producer.TryWrite(i))
                Thread.SpinWait(20);
        }

        return 0;
    }

    private static int Consume(MpmcRing<long> ring)
    {
        using MpmcConsumer<long> consumer = ring.AttachConsumer();
        while (!consumer.IsDrained)
        {
            if (!consumer.TryRead(out _))
                Thread.SpinWait(20);
        }

        return 0;
    }
}
