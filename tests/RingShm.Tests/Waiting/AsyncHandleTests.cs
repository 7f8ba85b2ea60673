using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

/// <summary>The awaited reads and writes of all handles: who waits holds no thread, and is told of all that ends the wait.</summary>
public sealed class AsyncHandleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly RingOptions Options = new() { CapacityBytes = 1024, MaxMessageBytes = 48, WaitStrategy = RegionBells.LongSleep };

    public static TheoryData<string> Kinds => [.. AsyncRing.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_there_completes_at_once_and_a_ring_that_is_drained_ends(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        Assert.True(ring.Write(1).AsTask().IsCompletedSuccessfully);
        Assert.True(ring.WaitToRead(default).AsTask().IsCompletedSuccessfully);
        Task<long> read = ring.Read(default).AsTask();
        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal(1, await read);
        Assert.True(await ring.WaitToWrite(default));
        await ring.Write(2);
        ring.Complete();
        Assert.False(await ring.WaitToWrite(default));
        _ = await Assert.ThrowsAsync<RingCompletedException>(() => ring.Write(3).AsTask());
        Assert.True(await ring.WaitToRead(default));
        Assert.Equal(2, await ring.Read(default));
        Assert.False(await ring.WaitToRead(default));
        _ = await Assert.ThrowsAsync<RingCompletedException>(() => ring.Read(default).AsTask());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stream_through_a_small_ring_arrives_whole_whoever_waits(string kind)
    {
        const int Count = 20_000;
        using AsyncRing ring = AsyncRing.Of(kind);
        Task writer = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
            {
                if (i % 3 == 0)
                    Assert.True(await ring.WaitToWrite(default));
                await ring.Write(i);
                if (i % 5000 == 0)
                    await Task.Delay(2);
            }

            ring.Complete();
        }, TestContext.Current.CancellationToken);
        long next = 0;
        await foreach (long value in ring.ReadAll(default))
            Assert.Equal(next++, value);
        Assert.Equal(Count, next);
        await writer.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (ring.Bells.Readers, ring.Bells.Writers));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reader_that_waits_is_woken_by_each_message_and_by_the_end(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        for (int i = 0; i < 30; i++)
        {
            Task<long> read = ring.Read(default).AsTask();
            ring.Bells.UntilReadersSleep();
            Assert.False(read.IsCompleted);
            await ring.Write(i);
            Assert.Equal(i, await read.WaitAsync(Patience, TestContext.Current.CancellationToken));
        }

        Task<bool> wait = ring.WaitToRead(default).AsTask();
        ring.Bells.UntilReadersSleep();
        ring.Complete();
        Assert.False(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, ring.Bells.Readers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_writer_that_waits_is_woken_by_room_and_by_the_end(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        ring.Fill();
        Task write = ring.Write(7).AsTask();
        ring.Bells.UntilWritersSleep();
        Assert.False(write.IsCompleted);
        _ = await ring.Read(default);
        await write.WaitAsync(Patience, TestContext.Current.CancellationToken);
        ring.Fill();
        Task<bool> wait = ring.WaitToWrite(default).AsTask();
        ring.Bells.UntilWritersSleep();
        ring.Complete();
        Assert.False(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, ring.Bells.Writers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Cancelling_before_and_during_ends_the_wait_and_the_handle_goes_on(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        using CancellationTokenSource source = new();
        Task<long> read = ring.Read(source.Token).AsTask();
        ring.Bells.UntilReadersSleep();
        await source.CancelAsync();
        OperationCanceledException ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => read.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(source.Token, ended.CancellationToken);
        Assert.True(ring.Read(source.Token).AsTask().IsCanceled);
        Assert.True(ring.WaitToRead(source.Token).AsTask().IsCanceled);
        Assert.True(ring.WaitToWrite(source.Token).AsTask().IsCanceled);
        Assert.Equal(0, ring.Bells.Readers);
        await ring.Write(5);
        Assert.Equal(5, await ring.Read(default));
        ring.Fill();
        using CancellationTokenSource second = new();
        Task<bool> write = ring.WaitToWrite(second.Token).AsTask();
        ring.Bells.UntilWritersSleep();
        await second.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, ring.Bells.Writers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Disposing_the_handle_or_the_ring_ends_the_waits(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        Task<long> read = ring.Read(default).AsTask();
        ring.Bells.UntilReadersSleep();
        ring.ConsumerHandle.Dispose();
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(Patience, TestContext.Current.CancellationToken));
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => ring.WaitToRead(default).AsTask());
        ring.Fill();
        Task write = ring.Write(1).AsTask();
        ring.Bells.UntilWritersSleep();
        ring.Whole.Dispose();
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => write.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal((0, 0), (ring.Bells.Readers, ring.Bells.Writers));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Completing_at_once_allocates_nothing(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        ring.RoundsOfCheap(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ring.RoundsOfCheap(100);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_second_wait_of_a_handle_is_refused(string kind)
    {
        using AsyncRing ring = AsyncRing.Of(kind);
        Task<bool> first = ring.WaitToRead(default).AsTask();
        _ = await Assert.ThrowsAsync<InvalidOperationException>(() => ring.WaitToRead(default).AsTask());
        await ring.Write(1);
        Assert.True(await first.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_thousand_rings_awaited_at_once_take_few_threads()
    {
        const int Count = 1000;
        List<AsyncRing> rings = [.. Enumerable.Range(0, Count).Select(static i => AsyncRing.Of(i % 2 == 0 ? "Spsc" : "Mpmc<T>"))];
        Task<long>[] reads = [.. rings.Select(static ring => ring.Read(default).AsTask())];
        Assert.InRange(AsyncHub.Shared.ThreadCount, Count / MultiWait.Capacity, (Count / MultiWait.Capacity) + 8);
        for (int i = 0; i < Count; i++)
            await rings[i].Write(i);
        long[] values = await Task.WhenAll(reads).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => (long)i), values);
        rings.ForEach(static ring => ring.Dispose());
    }

    [Fact]
    public async Task Who_waits_behind_a_claim_gets_its_message_when_it_is_committed()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, Options);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.True(producer.TryClaim(1, out Claim claim));
        Task<OwnedMessage> read = consumer.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        claim.Commit(1, 9);
        OwnedMessage message = await read.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((1, 9, 0L, false), (message.Memory.Length, message.Type, message.Position, message.Redelivered));
    }

    [Fact]
    public async Task What_can_never_fit_is_refused_at_once()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using SpscProducer producer = ring.AttachProducer();
        _ = await Assert.ThrowsAsync<MessageTooLargeException>(
            () => producer.WriteAsync(new byte[49], TestContext.Current.CancellationToken).AsTask());
        _ = await Assert.ThrowsAsync<MessageTooLargeException>(
            () => producer.WaitToWriteAsync(49, TestContext.Current.CancellationToken).AsTask());
        _ = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => producer.WaitToWriteAsync(-1, TestContext.Current.CancellationToken).AsTask());
    }
}
