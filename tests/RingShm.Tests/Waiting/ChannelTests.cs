using System.Buffers;
using System.Text;
using System.Threading.Channels;

namespace RingShm.Tests.Waiting;

/// <summary>Code that was written for channels finds what it expects at a ring's ends.</summary>
public sealed class ChannelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly RingOptions Options = new() { CapacityBytes = 1024, MaxMessageBytes = 48, WaitStrategy = RegionBells.LongSleep };

    private static readonly RingOptions TypedOptions = new() { CapacityBytes = 1024, WaitStrategy = RegionBells.LongSleep };

    public static TheoryData<string> Kinds => [.. AsyncRing.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stream_of_values_arrives_in_order_and_ends(string kind)
    {
        const int Count = 5000;
        using ChannelEnds ends = new(kind);
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                await ends.Writer.WriteAsync(i);
            ends.Writer.Complete();
        }, TestContext.Current.CancellationToken);
        int next = 0;
        await foreach (long value in ends.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
            Assert.Equal(next++, value);
        Assert.Equal(Count, next);
        await writing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await ends.Reader.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(ends.Writer.TryComplete());
        Assert.False(ends.Writer.TryWrite(1));
        _ = await Assert.ThrowsAsync<ChannelClosedException>(() => ends.Writer.WriteAsync(1, TestContext.Current.CancellationToken).AsTask());
        _ = await Assert.ThrowsAsync<ChannelClosedException>(() => ends.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Several_readers_and_writers_share_one_end_and_nothing_is_lost_or_doubled(string kind)
    {
        const int Writers = 3;
        const int Count = 600;
        using ChannelEnds ends = new(kind);
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                await ends.Writer.WriteAsync((writer * Count) + i);
        }))];
        Task<List<long>>[] reading = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            List<long> got = [];
            while (await ends.Reader.WaitToReadAsync())
            {
                while (ends.Reader.TryRead(out long value))
                    got.Add(value);
            }

            return got;
        }))];
        await Task.WhenAll(writing).WaitAsync(Patience, TestContext.Current.CancellationToken);
        ends.Writer.Complete();
        List<long>[] got = await Task.WhenAll(reading).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, Writers * Count).Select(static i => (long)i), got.SelectMany(static list => list).Order());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Waits_end_by_cancellation_and_by_disposal(string kind)
    {
        using ChannelEnds ends = new(kind);
        using CancellationTokenSource source = new();
        Task<bool> first = ends.Reader.WaitToReadAsync(source.Token).AsTask();
        Task<bool> second = ends.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        await source.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(ends.Reader.WaitToReadAsync(source.Token).AsTask().IsCanceled);
        Assert.True(ends.Writer.WaitToWriteAsync(source.Token).AsTask().IsCanceled);
        Assert.False(second.IsCompleted);
        ((IDisposable)ends.Reader).Dispose();
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => second.WaitAsync(Patience, TestContext.Current.CancellationToken));
        await ends.Reader.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Of_all_who_complete_a_ring_at_once_one_is_told_that_it_did()
    {
        for (int round = 0; round < 300; round++)
        {
            using TestRegion region = new();
            using MpmcRing<int> ring = MpmcRing<int>.Create(region);
            using MpmcRing<int> other = MpmcRing<int>.Open(region.Name);
            using RingChannelWriter<int> one = ring.AttachChannelWriter();
            using RingChannelWriter<int> two = other.AttachChannelWriter();
            int first = 0;
            using Barrier start = new(2);
            Parallel.Invoke(() => Complete(one), () => Complete(two));
            Assert.Equal(1, first);

            void Complete(RingChannelWriter<int> writer)
            {
                start.SignalAndWait();
                if (writer.TryComplete())
                    Interlocked.Increment(ref first);
            }
        }
    }

    [Fact]
    public async Task A_full_channel_says_so_waits_or_drops_as_it_was_told()
    {
        using TestRegion region = new();
        using SpscRing<int> ring = SpscRing<int>.Create(region, new RingOptions { CapacityBytes = 64 });
        using (RingChannelWriter<int> waiting = ring.AttachChannelWriter())
        {
            while (waiting.TryWrite(1))
            {
                // Until it is full.
            }

            Assert.False(waiting.WaitToWriteAsync(TestContext.Current.CancellationToken).AsTask().IsCompleted);
            Assert.Equal(0, waiting.MessagesDropped);
        }

        using RingChannelWriter<int> dropping = ring.AttachChannelWriter(BoundedChannelFullMode.DropWrite);
        Assert.True(dropping.TryWrite(2));
        Assert.True(await dropping.WaitToWriteAsync(TestContext.Current.CancellationToken));
        await dropping.WriteAsync(3, TestContext.Current.CancellationToken);
        Assert.Equal(2, dropping.MessagesDropped);
    }

    [Fact]
    public async Task A_serialized_value_that_is_longer_than_the_last_waits_for_its_own_room()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, Options);
        using RingChannelWriter<string> writer = ring.AttachChannelWriter<string>(Serialize);
        using RingChannelReader<string> reader = ring.AttachChannelReader(static bytes => Encoding.UTF8.GetString(bytes));
        while (writer.TryWrite(""))
        {
            // Until there is not a granule left.
        }

        string longer = new('x', 48);
        Task write = writer.WriteAsync(longer, TestContext.Current.CancellationToken).AsTask();
        List<string> got = [];
        while (!got.Contains(longer))
            got.Add(await reader.ReadAsync(TestContext.Current.CancellationToken));
        await write.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _ = Assert.Throws<MessageTooLargeException>(() => writer.TryWrite(new string('x', 49)));
    }

    [Fact]
    public void What_a_serializer_or_deserializer_throws_reaches_the_caller_and_the_ends_go_on()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region, Options);
        using RingChannelWriter<string> writer = ring.AttachChannelWriter<string>(
            static (value, buffer) => Serialize(value == "bad" ? throw new FormatException(value) : value, buffer));
        using RingChannelReader<string> reader = ring.AttachChannelReader(
            static bytes => bytes.Length == 1 ? throw new FormatException("short") : Encoding.UTF8.GetString(bytes));
        _ = Assert.Throws<FormatException>(() => writer.TryWrite("bad"));
        Assert.True(writer.TryWrite("1"));
        Assert.True(writer.TryWrite("good"));
        _ = Assert.Throws<FormatException>(() => reader.TryRead(out _));
        Assert.True(reader.TryRead(out string? value));
        Assert.Equal("good", value);
    }

    private static void Serialize(string value, IBufferWriter<byte> buffer) => Encoding.UTF8.GetBytes(value, buffer);

    private sealed class ChannelEnds : IDisposable
    {
        private readonly TestRegion _region = new();
        private readonly IDisposable _ring;

        public ChannelEnds(string kind)
        {
            switch (kind)
            {
                case "Spsc":
                    SpscRing spsc = SpscRing.Create(_region, Options);
                    (_ring, Writer, Reader) = (spsc, spsc.AttachChannelWriter<long>(Put), spsc.AttachChannelReader(Get));
                    break;
                case "Mpmc":
                    MpmcRing mpmc = MpmcRing.Create(_region, Options);
                    (_ring, Writer, Reader) = (mpmc, mpmc.AttachChannelWriter<long>(Put), mpmc.AttachChannelReader(Get));
                    break;
                case "Spsc<T>":
                    SpscRing<long> spscValues = SpscRing<long>.Create(_region, TypedOptions);
                    (_ring, Writer, Reader) = (spscValues, spscValues.AttachChannelWriter(), spscValues.AttachChannelReader());
                    break;
                case "Broadcast":
                    BroadcastRing broadcast = BroadcastRing.Create(_region, Options);
                    (_ring, Writer, Reader) = (broadcast, broadcast.AttachChannelWriter<long>(Put), broadcast.AttachChannelReader(Get));
                    break;
                case "Broadcast<T>":
                    BroadcastRing<long> broadcastValues = BroadcastRing<long>.Create(_region, TypedOptions);
                    (_ring, Writer, Reader) = (broadcastValues, broadcastValues.AttachChannelWriter(), broadcastValues.AttachChannelReader());
                    break;
                default:
                    MpmcRing<long> mpmcValues = MpmcRing<long>.Create(_region, TypedOptions);
                    (_ring, Writer, Reader) = (mpmcValues, mpmcValues.AttachChannelWriter(), mpmcValues.AttachChannelReader());
                    break;
            }
        }

        public ChannelWriter<long> Writer { get; }

        public ChannelReader<long> Reader { get; }

        public void Dispose()
        {
            _ring.Dispose();
            _region.Dispose();
        }

        private static void Put(long value, IBufferWriter<byte> buffer) => buffer.Write(BitConverter.GetBytes(value));

        private static long Get(ReadOnlySpan<byte> bytes) => BitConverter.ToInt64(bytes);
    }
}
