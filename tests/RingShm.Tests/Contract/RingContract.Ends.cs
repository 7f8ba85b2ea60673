using System.Buffers.Binary;

namespace RingShm.Tests.Contract;

/// <summary>Completion, waiting, disposal, and two threads at once.</summary>
public abstract partial class RingContract
{
    [Fact]
    public void A_completed_ring_takes_no_more_and_drains_what_it_has()
    {
        using ContractRing ring = Make();
        ring.TryWrite("last"u8);
        Assert.True(ring.TryClaim(4, out Claim open));
        open.Dispose();
        Assert.False(ring.IsDrained);
        ring.Complete();
        ring.Complete();
        Assert.True(ring.IsCompleted);
        Assert.True(ring.GetInfo().IsCompleted);
        Assert.Throws<RingCompletedException>(() => ring.TryWrite("x"u8));
        Assert.Throws<RingCompletedException>(() => ring.TryClaim(1, out _));
        Assert.Throws<RingCompletedException>(() => ring.TryWriteBatch([new byte[1]]));
        Assert.Throws<RingCompletedException>(() => ring.Write("x"u8, 0, Timeout.InfiniteTimeSpan));
        Assert.Throws<RingCompletedException>(ring.RenewProducer);
        Assert.False(ring.IsDrained);
        Assert.Equal("last"u8, ring.Next().Payload);
        ring.AssertEmpty();
        Assert.True(ring.IsDrained);
        Assert.False(ring.Read(out _, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_claim_that_was_open_at_completion_cannot_be_committed()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(4, out Claim claim));
        ring.Complete();
        AssertOver<RingCompletedException>(claim);
        claim.Dispose();
        ring.AssertEmpty();
        Assert.True(ring.IsDrained);
    }

    [Fact]
    public void Completion_ends_those_who_wait()
    {
        using ContractRing full = Make();
        full.Fill();
        using ContractRing empty = Make();
        Watchdog.Run(
            () => Assert.Throws<RingCompletedException>(() => full.Write("x"u8, 0, Timeout.InfiniteTimeSpan)),
            () => Assert.False(empty.Read(out _, Timeout.InfiniteTimeSpan)),
            full.Complete,
            empty.Complete);
    }

    [Fact]
    public void Timeouts_and_tokens_end_a_wait_and_the_handle_goes_on()
    {
        using ContractRing ring = Make();
        TimeSpan negative = TimeSpan.FromMilliseconds(-2);
        Assert.Contains("-00:00:00.002", Assert.Throws<ArgumentOutOfRangeException>(() => ring.Write([], 0, negative)).Message);
        Assert.Contains("-00:00:00.002", Assert.Throws<ArgumentOutOfRangeException>(() => ring.Read(out _, negative)).Message);
        Assert.False(ring.Read(out _, TimeSpan.Zero));
        using CancellationTokenSource source = new();
        Watchdog.Run(
            () => Assert.Throws<OperationCanceledException>(() => ring.Read(out _, Timeout.InfiniteTimeSpan, source.Token)),
            source.Cancel);
        ring.Fill();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.False(ring.Write([], 0, TimeSpan.FromMilliseconds(20)));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(20));
        Assert.Throws<OperationCanceledException>(() => ring.Write([], 0, Timeout.InfiniteTimeSpan, source.Token));
        Watchdog.Run(() => Assert.True(ring.Write([], 0, Timeout.InfiniteTimeSpan)), () => ring.Next());
        ring.Next();
        Assert.True(ring.TryWrite([]));
    }

    [Fact]
    public void A_disposed_handle_refuses_everything()
    {
        using ContractRing ring = Make();
        ring.ProducerHandle.Dispose();
        ring.ProducerHandle.Dispose();
        ring.ConsumerHandle.Dispose();
        AssertDisposed(ring);
        Assert.True(ring.ProducerHandle.IsDisposed && ring.ConsumerHandle.IsDisposed);
        Assert.Empty(ring.GetInfo().Participants);
    }

    [Fact]
    public void A_disposed_ring_refuses_everything_and_its_handles_with_it()
    {
        using ContractRing ring = Make();
        ring.Ring.Dispose();
        AssertDisposed(ring);
        Assert.Throws<ObjectDisposedException>(ring.RenewProducer);
        Assert.Throws<ObjectDisposedException>(ring.RenewConsumer);
        Assert.Throws<ObjectDisposedException>(ring.Complete);
        Assert.Throws<ObjectDisposedException>(() => ring.GetInfo());
        Assert.Throws<ObjectDisposedException>(() => _ = ring.IsCompleted);
    }

    /// <summary>Memory is unmapped under threads that are just inside, over and over: they throw or finish, and never crash.</summary>
    [Fact]
    public void Disposing_while_other_threads_are_inside_never_crashes()
    {
        const int Rounds = 150;
        byte[] message = new byte[40];
        for (int round = 0; round < Rounds; round++)
        {
            using ContractRing ring = Make();
            using Barrier start = new(3);
            int delay = round % 50;
            Watchdog.Run(
                () => UntilDisposed(start, i =>
                {
                    if (i % 3 != 0)
                    {
                        ring.TryWrite(message);
                    }
                    else if (ring.TryClaim(40, out Claim claim))
                    {
                        using (claim)
                        {
                            claim.Span.Fill((byte)i);
                            if (i % 2 == 0)
                                claim.Commit(20);
                        }
                    }
                }),
                () => UntilDisposed(start, i =>
                {
                    if (i % 4 == 0)
                    {
                        ring.TryReadBatch(static (in Message batched) => _ = batched.Span.IndexOf((byte)1), 3);
                    }
                    else if (ring.TryRead(out Message lease))
                    {
                        using (lease)
                            _ = lease.Span.IndexOf((byte)1);
                    }
                }),
                () =>
                {
                    start.SignalAndWait();
                    Thread.SpinWait(delay * 40);
                    if (delay % 3 == 0)
                        ring.Ring.Dispose();
                    ring.ProducerHandle.Dispose();
                    ring.ConsumerHandle.Dispose();
                    ring.Ring.Dispose();
                });
            if (OperatingSystem.IsLinux())
                Assert.Empty(Ring.Inspect(ring.Name).Participants);
        }
    }

    [Fact]
    public void Two_threads_exchange_every_message_in_order()
    {
        const int Messages = 100_000;
        using ContractRing ring = Make();
        Watchdog.Run(
            () =>
            {
                Span<byte> buffer = stackalloc byte[40];
                for (int i = 0; i < Messages; i++)
                {
                    int length = 4 + (i % 37);
                    buffer[..length].Fill((byte)i);
                    BinaryPrimitives.WriteInt32LittleEndian(buffer, i);
                    Assert.True(ring.Write(buffer[..length], i, Timeout.InfiniteTimeSpan));
                }
            },
            () =>
            {
                for (int i = 0; i < Messages; i++)
                {
                    Assert.True(ring.Read(out Message message, Timeout.InfiniteTimeSpan));
                    using (message)
                    {
                        if (message.Type != i || message.Redelivered || message.Span.Length != 4 + (i % 37)
                            || BinaryPrimitives.ReadInt32LittleEndian(message.Span) != i
                            || message.Span[4..].ContainsAnyExcept((byte)i))
                            Assert.Fail($"message {i} is {message.Type}, {message.Span.Length} bytes");
                    }
                }
            });
        ring.AssertEmpty();
        Assert.True(Ring.Verify(ring.Name).IsClean);
    }

    private static void AssertDisposed(ContractRing ring)
    {
        Action[] ways =
        [
            () => ring.TryWrite([]),
            () => ring.TryClaim(0, out _),
            () => ring.TryWriteBatch([]),
            () => ring.Write([], 0, TimeSpan.Zero),
            () => ring.TryRead(out _),
            () => ring.Read(out _, TimeSpan.Zero),
            () => ring.TryReadBatch(static (in Message _) => { }, 1),
            () => _ = ring.IsDrained,
        ];
        foreach (Action way in ways)
            Assert.Throws<ObjectDisposedException>(way);
    }

    private static void UntilDisposed(Barrier start, Action<int> operation)
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
