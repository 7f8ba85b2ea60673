namespace RingShm.TestPeer.Commands;

/// <summary>
/// Sleeps in a ring of a kind until it gets what it waits for, once: <c>doze ring= kind= role= awaited= slice=</c>. The parent has made the
/// ring empty for a reader, full for a writer. Never looks again by itself if no slice is given.
/// </summary>
internal static class DozeCommand
{
    private static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    public static int Run(PeerArguments arguments)
    {
        RingOptions options = new()
        {
            WaitStrategy = new WaitStrategy
            {
                Spins = 0,
                Yields = 0,
                SleepSlice = TimeSpan.FromMilliseconds(arguments.Number("slice", (long)TimeSpan.FromMinutes(10).TotalMilliseconds)),
            },
        };
        RingKind kind = arguments.Choice<RingKind>("kind");
        bool isAwaited = arguments.Flag("awaited");
        bool reads = arguments.Text("role") == "reader";
        switch (kind)
        {
            case RingKind.Spsc when reads:
                ReadSpsc(arguments.Ring, options, isAwaited);
                break;
            case RingKind.Spsc:
                WriteSpsc(arguments.Ring, options, isAwaited);
                break;
            case RingKind.Mpmc when reads:
                ReadMpmc(arguments.Ring, options, isAwaited);
                break;
            case RingKind.Mpmc:
                WriteMpmc(arguments.Ring, options, isAwaited);
                break;
            case RingKind.Broadcast when reads:
                using (BroadcastRing ring = BroadcastRing.Open(arguments.Ring, options))
                using (BroadcastReader reader = ring.AttachReader())
                {
                    PeerSignals.Attached();
                    if (isAwaited)
                        _ = reader.ReadAsync().AsTask().Result;
                    else
                        _ = reader.Read(out _, Forever);
                }

                break;
            case RingKind.Broadcast:
                using (BroadcastRing ring = BroadcastRing.Open(arguments.Ring, options))
                using (BroadcastWriter writer = ring.AttachWriter())
                {
                    PeerSignals.Attached();
                    if (isAwaited)
                        writer.WriteAsync(new byte[1]).AsTask().Wait();
                    else
                        _ = writer.Write([1], Forever);
                }

                break;
            default:
                using (StateCell cell = StateCell.Open(arguments.Ring, options))
                using (StateReader reader = cell.AttachReader())
                {
                    PeerSignals.Attached();
                    if (isAwaited)
                        reader.WaitForChangeAsync(0).AsTask().Wait();
                    else
                        _ = reader.WaitForChange(0, Forever);
                }

                break;
        }

        return PeerSignals.Done(0);
    }

    private static void ReadSpsc(string name, RingOptions options, bool isAwaited)
    {
        using SpscRing ring = SpscRing.Open(name, options);
        using SpscConsumer consumer = ring.AttachConsumer();
        PeerSignals.Attached();
        if (isAwaited)
            _ = consumer.ReadAsync().AsTask().Result;
        else
            _ = consumer.Read(out _, Forever);
    }

    private static void WriteSpsc(string name, RingOptions options, bool isAwaited)
    {
        using SpscRing ring = SpscRing.Open(name, options);
        using SpscProducer producer = ring.AttachProducer();
        PeerSignals.Attached();
        if (isAwaited)
            producer.WriteAsync(new byte[1]).AsTask().Wait();
        else
            _ = producer.Write([1], Forever);
    }

    private static void ReadMpmc(string name, RingOptions options, bool isAwaited)
    {
        using MpmcRing ring = MpmcRing.Open(name, options);
        using MpmcConsumer consumer = ring.AttachConsumer();
        PeerSignals.Attached();
        if (isAwaited)
            _ = consumer.ReadAsync().AsTask().Result;
        else
            _ = consumer.Read(out _, Forever);
    }

    private static void WriteMpmc(string name, RingOptions options, bool isAwaited)
    {
        using MpmcRing ring = MpmcRing.Open(name, options);
        using MpmcProducer producer = ring.AttachProducer();
        PeerSignals.Attached();
        if (isAwaited)
            producer.WriteAsync(new byte[1]).AsTask().Wait();
        else
            _ = producer.Write([1], Forever);
    }
}
