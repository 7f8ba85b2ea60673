using System.Text;
using System.Threading.Channels;
using RingShm.Layout;
using RingShm.Mapping;

namespace RingShm.Tests.Broadcast;

/// <summary>What waits without a thread meet in broadcast rings only: many readers, losses, evictions. The rest is in AsyncHandleTests.</summary>
public sealed class AsyncTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_reader_that_waits_is_woken_by_one_message_and_by_the_end()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options());
        using BroadcastWriter writer = ring.AttachWriter();
        using RegionBells bells = new(region.Name, RingKind.Broadcast);
        BroadcastReader[] readers = [.. Enumerable.Range(0, 3).Select(_ => ring.AttachReader())];
        for (int i = 0; i < 20; i++)
        {
            Task<OwnedMessage>[] reads = [.. readers.Select(static reader => reader.ReadAsync(Token).AsTask())];
            bells.UntilReadersSleep(readers.Length);
            await writer.WriteAsync(new byte[] { (byte)i }, type: i, Token);
            foreach (OwnedMessage message in await Task.WhenAll(reads).WaitAsync(Patience, Token))
                Assert.Equal((i, (byte)i, 0L), (message.Type, message.Memory.Span[0], message.LostBefore));
        }

        Task<bool>[] ends = [.. readers.Select(static reader => reader.WaitToReadAsync(Token).AsTask())];
        bells.UntilReadersSleep(readers.Length);
        ring.Complete();
        Assert.All(await Task.WhenAll(ends).WaitAsync(Patience, Token), Assert.False);
    }

    [Fact]
    public async Task The_slowest_reader_keeps_a_writer_waiting_and_its_leaving_lets_it_on()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options());
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader fast = ring.AttachReader();
        BroadcastReader slow = ring.AttachReader();
        using RegionBells bells = new(region.Name, RingKind.Broadcast);
        while (writer.TryWrite(default))
            Skip(fast);
        Task write = writer.WriteAsync(ReadOnlyMemory<byte>.Empty, Token).AsTask();
        bells.UntilWritersSleep();
        Assert.False(fast.TryRead(out _));
        Assert.False(write.IsCompleted);
        slow.Dispose();
        await write.WaitAsync(Patience, Token);
        Skip(fast);
    }

    [Fact]
    public async Task A_reader_that_waits_behind_a_claim_gets_what_is_committed_and_ends_when_it_is_given_up()
    {
        using TestRegion region = new();
        using BroadcastRing<long> ring = BroadcastRing<long>.Create(region, Options(maxMessageBytes: 0));
        using BroadcastWriter<long> writer = ring.AttachWriter();
        using BroadcastReader<long> reader = ring.AttachReader();
        Task<long> read = reader.ReadAsync(Token).AsTask();
        await writer.WriteAsync(5, Token);
        Assert.Equal(5, await read.WaitAsync(Patience, Token));
        using TestRegion second = new();
        using BroadcastRing bytes = BroadcastRing.Create(second, Options());
        using BroadcastWriter claimer = bytes.AttachWriter();
        using BroadcastReader behind = bytes.AttachReader();
        GiveUpWhileItWaits(bytes, claimer, behind, out Task<bool> wait, out Task<OwnedMessage> next);
        Assert.False(await wait.WaitAsync(Patience, Token));
        _ = await Assert.ThrowsAsync<RingCompletedException>(() => next.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task An_open_lease_must_be_handed_back_before_a_wait()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options());
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        Assert.True(writer.TryWrite("a"u8));
        Assert.True(writer.TryWrite("b"u8));
        Assert.True(reader.TryRead(out Message message));
        Assert.Throws<InvalidOperationException>(() => { _ = reader.WaitToReadAsync(Token).AsTask(); });
        message.Dispose();
        Assert.True(await reader.WaitToReadAsync(Token));
    }

    [Fact]
    public async Task A_reader_is_told_of_its_eviction_while_it_waits_and_ever_after()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(SlowReaderPolicy.Evict));
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        using RegionBells bells = new(region.Name, RingKind.Broadcast);
        Task<OwnedMessage> read = reader.ReadAsync(Token).AsTask();
        bells.UntilReadersSleep();
        Evict(region.Name);
        _ = await Assert.ThrowsAsync<ReaderEvictedException>(() => read.WaitAsync(Patience, Token));
        Assert.True(await reader.WaitToReadAsync(Token));
        _ = await Assert.ThrowsAsync<ReaderEvictedException>(() => reader.ReadAsync(Token).AsTask());
        _ = await Assert.ThrowsAsync<ReaderEvictedException>(async () =>
        {
            await foreach (OwnedMessage _ in reader.ReadAllAsync(Token))
                Assert.Fail("It was evicted.");
        });
        Assert.False(ring.IsCompleted);
    }

    [Fact]
    public async Task A_channel_reader_that_is_evicted_fails_and_so_does_its_completion()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(SlowReaderPolicy.Evict));
        using BroadcastWriter writer = ring.AttachWriter();
        using RingChannelReader<string> reader = ring.AttachChannelReader(static bytes => Encoding.UTF8.GetString(bytes));
        using RegionBells bells = new(region.Name, RingKind.Broadcast);
        Task<string> read = reader.ReadAsync(Token).AsTask();
        bells.UntilReadersSleep();
        Evict(region.Name);
        ReaderEvictedException told = await Assert.ThrowsAsync<ReaderEvictedException>(() => read.WaitAsync(Patience, Token));
        Assert.Same(told, await Assert.ThrowsAsync<ReaderEvictedException>(() => reader.Completion.WaitAsync(Patience, Token)));
        _ = Assert.Throws<ReaderEvictedException>(() => reader.TryRead(out _));
    }

    [Fact]
    public async Task What_an_awaiting_reader_has_lost_is_told_exactly()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(delivery: BroadcastDelivery.Lossy));
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        for (int round = 0, next = 0, written = 0; round < 20; round++)
        {
            for (int i = 0; i < 40 + round; i++)
                await writer.WriteAsync(ReadOnlyMemory<byte>.Empty, type: written++, Token);
            while (next < written)
            {
                OwnedMessage message = await reader.ReadAsync(Token);
                Assert.Equal(next + message.LostBefore, message.Type);
                next = message.Type + 1;
            }
        }

        Assert.True(reader.MessagesLost > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_channel_reader_tells_of_a_loss_before_it_gives_what_is_behind_it(bool hasCallback)
    {
        using TestRegion region = new();
        using BroadcastRing<int> ring = BroadcastRing<int>.Create(region, Options(delivery: BroadcastDelivery.Lossy, maxMessageBytes: 0));
        using RingChannelWriter<int> writer = ring.AttachChannelWriter();
        List<long> told = [];
        using RingChannelReader<int> reader = ring.AttachChannelReader(lost: hasCallback ? told.Add : null);
        const int Count = 100;
        for (int i = 0; i < Count; i++)
            await writer.WriteAsync(i, Token);
        writer.Complete();
        List<int> got = [];
        while (await reader.WaitToReadAsync(Token))
        {
            try
            {
                while (reader.TryRead(out int value))
                {
                    if (got.Count == 0)
                        Assert.Equal(value, told.Sum());
                    got.Add(value);
                }
            }
            catch (MessagesLostException lost)
            {
                Assert.False(hasCallback);
                told.Add(lost.Messages);
            }
        }

        Assert.Single(told);
        Assert.Equal(Enumerable.Range((int)told[0], Count - (int)told[0]), got);
        await reader.Completion.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task A_loss_is_told_also_when_the_message_behind_it_cannot_be_read()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options(delivery: BroadcastDelivery.Lossy));
        using BroadcastWriter writer = ring.AttachWriter();
        int bad = 1;
        using RingChannelReader<int> reader = ring.AttachChannelReader(bytes => bad-- > 0 ? throw new FormatException("bad") : bytes.Length);
        for (int i = 0; i < 100; i++)
            Assert.True(writer.TryWrite("12345"u8));
        _ = Assert.Throws<FormatException>(() => reader.TryRead(out _));
        Assert.True(await reader.WaitToReadAsync(Token));
        Assert.InRange(Assert.Throws<MessagesLostException>(() => reader.TryRead(out _)).Messages, 1, 99);
        Assert.True(reader.TryRead(out int length));
        Assert.Equal(5, length);
    }

    [Theory]
    [InlineData(BoundedChannelFullMode.DropWrite)]
    [InlineData(BoundedChannelFullMode.DropNewest)]
    public async Task A_writer_that_may_not_wait_drops_what_it_has_in_hand_and_counts_it(BoundedChannelFullMode mode)
    {
        using TestRegion region = new();
        using BroadcastRing<int> ring = BroadcastRing<int>.Create(region, Options(maxMessageBytes: 0));
        using BroadcastWriter<int> writer = ring.AttachWriter(mode);
        using BroadcastReader<int> reader = ring.AttachReader();
        int fitting = 0;
        while (writer.TryWrite(fitting))
            fitting++;
        Assert.Equal(0, writer.MessagesDropped);
        Assert.True(writer.Write(100, Timeout.InfiniteTimeSpan));
        await writer.WriteAsync(101, Token);
        Assert.True(await writer.WaitToWriteAsync(Token));
        Assert.Equal(2, writer.MessagesDropped);
        ring.Complete();
        List<int> got = [];
        await foreach (int value in reader.ReadAllAsync(Token))
            got.Add(value);
        Assert.Equal(Enumerable.Range(0, fitting), got);
    }

    [Fact]
    public void Taking_back_what_readers_still_want_is_refused_by_name()
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, Options());
        Assert.Contains("Lossy", Assert.Throws<ArgumentException>(
            () => ring.AttachWriter(BoundedChannelFullMode.DropOldest)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ring.AttachChannelWriter<int>(static (_, _) => { }, BoundedChannelFullMode.DropOldest));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.AttachWriter((BoundedChannelFullMode)9));
        Assert.Empty(ring.GetInfo().Participants);
    }

    private static RingOptions Options(
        SlowReaderPolicy policy = SlowReaderPolicy.Default, BroadcastDelivery delivery = BroadcastDelivery.Default, int maxMessageBytes = 48) => new()
        {
            CapacityBytes = 1024, MaxMessageBytes = maxMessageBytes, SlowReaders = policy, Delivery = delivery, WaitStrategy = RegionBells.LongSleep,
        };

    private static void Skip(BroadcastReader reader)
    {
        Assert.True(reader.TryRead(out Message message));
        message.Dispose();
    }

    /// <summary>A claim cannot live across an await.</summary>
    private static void GiveUpWhileItWaits(
        BroadcastRing ring, BroadcastWriter writer, BroadcastReader reader, out Task<bool> wait, out Task<OwnedMessage> next)
    {
        using BroadcastReader other = ring.AttachReader();
        Assert.True(writer.TryClaim(3, out Claim claim));
        wait = UntilTheEnd(reader);
        next = other.ReadAsync(Token).AsTask();
        Assert.False(wait.IsCompleted);
        ring.Complete();
        Assert.False(next.IsCompleted);
        claim.Dispose();
        Watchdog.Run(next.ContinueWith(static _ => { }, TaskScheduler.Default).Wait);

        static async Task<bool> UntilTheEnd(BroadcastReader reader)
        {
            while (await reader.WaitToReadAsync(Token))
                Assert.False(reader.TryRead(out _));
            return false;
        }
    }

    /// <summary>Does to all readers what a writer does that finds them a whole ring behind, and rings as it does.</summary>
    private static unsafe void Evict(string name)
    {
        RingRegion region = new(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.Broadcast, 0));
        BroadcastMap map = new(region.Base, region.Header.Geometry);
        for (int index = 0; index < map.Slots.RowCount; index++)
        {
            if (*map.Row(index).Cursor != RowLayout.NoCursor)
                Volatile.Write(ref *map.Row(index).Evicted, 1);
        }

        region.Data.Ring();
        region.ReleaseReference();
    }
}
