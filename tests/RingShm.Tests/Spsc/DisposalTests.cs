namespace RingShm.Tests.Spsc;

public sealed class DisposalTests
{
    [Fact]
    public void A_disposed_handle_refuses_everything()
    {
        using RingPair pair = new();
        pair.Producer.Dispose();
        pair.Producer.Dispose();
        pair.Consumer.Dispose();
        Action[] ways =
        [
            () => pair.Producer.TryWrite([]),
            () => pair.Producer.TryClaim(0, out _),
            () => pair.Producer.TryWriteBatch([]),
            () => pair.Producer.Write([], TimeSpan.Zero),
            () => pair.Consumer.TryRead(out _),
            () => pair.Consumer.Read(out _, TimeSpan.Zero),
            () => pair.Consumer.TryReadBatch((in Message _) => { }, 1),
            () => _ = pair.Consumer.IsDrained,
        ];
        foreach (Action way in ways)
            Assert.Throws<ObjectDisposedException>(way);
        Assert.True(pair.Producer.IsDisposed && pair.Consumer.IsDisposed);
    }

    [Fact]
    public void A_disposed_ring_refuses_everything_and_its_handles_with_it()
    {
        using RingPair pair = new();
        pair.Ring.Dispose();
        Action[] ways =
        [
            () => pair.Ring.AttachProducer(),
            () => pair.Ring.AttachConsumer(),
            () => pair.Ring.Complete(),
            () => pair.Ring.GetInfo(),
            () => _ = pair.Ring.IsCompleted,
            () => pair.Producer.TryWrite([]),
            () => pair.Consumer.TryRead(out _),
        ];
        foreach (Action way in ways)
            Assert.Throws<ObjectDisposedException>(way);
    }

    [Fact]
    public void Typed_handles_are_disposed_alike()
    {
        using TestRegion region = new();
        using SpscRing<int> ring = SpscRing<int>.Create(region);
        SpscProducer<int> producer = ring.AttachProducer();
        SpscConsumer<int> consumer = ring.AttachConsumer();
        producer.Dispose();
        consumer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => producer.TryWrite(1));
        Assert.Throws<ObjectDisposedException>(() => producer.TryWriteBatch([1]));
        Assert.Throws<ObjectDisposedException>(() => consumer.TryRead(out _));
        Assert.Throws<ObjectDisposedException>(() => consumer.TryReadBatch(new int[1]));
        ring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.GetInfo());
    }

    /// <summary>Memory is unmapped under a thread that is just inside, over and over: it throws or finishes, and never crashes.</summary>
    [Fact]
    public void Disposing_while_another_thread_is_inside_never_crashes()
    {
        const int Rounds = 400;
        byte[] message = new byte[40];
        for (int round = 0; round < Rounds; round++)
        {
            using TestRegion region = new();
            SpscRing ring = SpscRing.Create(region, new RingOptions { CapacityBytes = 256, PrefaultPages = false });
            SpscProducer producer = ring.AttachProducer();
            SpscConsumer consumer = ring.AttachConsumer();
            using Barrier start = new(3);
            int delay = round % 50;
            Watchdog.Run(
                () => UntilDisposed(start, i =>
                {
                    if (i % 3 != 0)
                        return producer.TryWrite(message);
                    if (!producer.TryClaim(40, out Claim claim))
                        return false;
                    using (claim)
                    {
                        claim.Span.Fill((byte)i);
                        if (i % 2 == 0)
                            claim.Commit(20);
                    }

                    return true;
                }),
                () => UntilDisposed(start, i =>
                {
                    if (i % 4 == 0)
                        return consumer.TryReadBatch(static (in Message batched) => _ = batched.Span.IndexOf((byte)1), 3) > 0;
                    if (!consumer.TryRead(out Message lease))
                        return false;
                    using (lease)
                        _ = lease.Span.IndexOf((byte)1);
                    return true;
                }),
                () =>
                {
                    start.SignalAndWait();
                    Thread.SpinWait(delay * 40);
                    if (delay % 3 == 0)
                        ring.Dispose();
                    producer.Dispose();
                    consumer.Dispose();
                    ring.Dispose();
                });
            if (OperatingSystem.IsLinux())
            {
                // Everything was given back, whoever gave it last.
                using SpscRing again = SpscRing.Open(region);
                again.AttachProducer().Dispose();
                again.AttachConsumer().Dispose();
                Assert.Equal((0L, 0L), (again.GetInfo().ProducerTakeovers, again.GetInfo().ConsumerTakeovers));
            }
        }
    }

    private static void UntilDisposed(Barrier start, Func<int, bool> operation)
    {
        start.SignalAndWait();
        try
        {
            for (int i = 0; ; i++)
                operation(i);
        }
        catch (ObjectDisposedException)
        {
            // The promised end.
        }
    }
}
