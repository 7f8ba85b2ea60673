namespace RingShm.TestPeer.Commands;

/// <summary>How a consumer takes its messages.</summary>
internal enum ReadMode
{
    Lease,
    Wait,

    /// <summary>Waits without end, asleep in slices as long as can be: only a wake or the end of the ring ends a wait.</summary>
    Sleep,
    Batch,
    Typed8,
    Typed21,
    TypedBatch40,
}

/// <summary>
/// Consumes until the ring is drained, checks every message's bytes, and logs every delivery before it hands the message back.
/// </summary>
internal static class ConsumeCommand
{
    private static readonly WaitStrategy LongSleep = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromSeconds(10) };

    public static int Run(PeerArguments arguments)
    {
        ReadMode mode = arguments.Choice<ReadMode>("mode");
        return mode switch
        {
            ReadMode.Typed8 => RunTyped<ulong>(arguments, batch: 1),
            ReadMode.Typed21 => RunTyped<Value21>(arguments, batch: 1),
            ReadMode.TypedBatch40 => RunTyped<Value40>(arguments, ProduceBatch.Longest),
            _ => RunBytes(arguments, mode),
        };
    }

    private static int RunBytes(PeerArguments arguments, ReadMode mode)
    {
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        using SpscRing ring = SpscRing.Open(arguments.Ring, mode == ReadMode.Sleep ? new RingOptions { WaitStrategy = LongSleep } : null);
        PeerSignals.StandBy(arguments);
        using SpscConsumer consumer = ring.AttachConsumer();
        PeerSignals.Attached();
        MessagePattern pattern = new(
            arguments.Number("seed"), arguments.Choice<SizeMix>("sizes"), (int)ring.MaxMessageBytes, arguments.Choice<MessageNumber>("number"));
        Pace pace = new(arguments.Choice<PaceKind>("pace"), (int)arguments.Number("seed"));
        long messages = 0;
        SpinWait wait = default;
        while (true)
        {
            int taken = mode switch
            {
                ReadMode.Lease => Lease(consumer, pattern, ledger),
                ReadMode.Wait => LeaseAfterWaiting(consumer, pattern, ledger, TimeSpan.FromMilliseconds(200)),
                ReadMode.Sleep => LeaseAfterWaiting(consumer, pattern, ledger, Timeout.InfiniteTimeSpan),
                _ => Batch(consumer, pattern, ledger),
            };
            if (taken == 0)
            {
                if (consumer.IsDrained)
                    return PeerSignals.Done(messages);
                wait.SpinOnce();
                continue;
            }

            wait.Reset();
            messages += taken;
            pace.Step();
        }
    }

    private static int Lease(SpscConsumer consumer, MessagePattern pattern, Ledger ledger)
    {
        if (!consumer.TryRead(out Message message))
            return 0;
        using (message)
            Log(message, pattern, ledger);
        return 1;
    }

    private static int LeaseAfterWaiting(SpscConsumer consumer, MessagePattern pattern, Ledger ledger, TimeSpan timeout)
    {
        if (!consumer.Read(out Message message, timeout))
            return 0;
        using (message)
            Log(message, pattern, ledger);
        return 1;
    }

    private static int Batch(SpscConsumer consumer, MessagePattern pattern, Ledger ledger) => consumer.TryReadBatch(
        static (in Message message, (MessagePattern Pattern, Ledger Ledger) state) => Log(message, state.Pattern, state.Ledger),
        (pattern, ledger),
        ProduceBatch.Longest);

    private static void Log(in Message message, MessagePattern pattern, Ledger ledger) =>
        ledger.Log(pattern.Check(message.Span, message.Type, expected: ledger.Delivered), message.Redelivered);

    private static int RunTyped<T>(PeerArguments arguments, int batch) where T : unmanaged
    {
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        using SpscRing<T> ring = SpscRing<T>.Open(arguments.Ring);
        PeerSignals.StandBy(arguments);
        using SpscConsumer<T> consumer = ring.AttachConsumer();
        PeerSignals.Attached();
        MessagePattern pattern = new(arguments.Number("seed"), SizeMix.Largest, 0, MessageNumber.InPayload);
        Pace pace = new(arguments.Choice<PaceKind>("pace"), (int)arguments.Number("seed"));
        T[] values = new T[batch];
        long messages = 0;
        SpinWait wait = default;
        while (true)
        {
            int taken = batch == 1 ? (consumer.TryRead(out values[0]) ? 1 : 0) : consumer.TryReadBatch(values);
            for (int i = 0; i < taken; i++)
                ledger.Log(pattern.CheckValue(values[i]), redelivered: false);
            messages += taken;
            if (taken > 0)
            {
                wait.Reset();
                pace.Step();
            }
            else if (consumer.IsDrained)
            {
                return PeerSignals.Done(messages);
            }
            else
            {
                wait.SpinOnce();
            }
        }
    }
}
