namespace RingShm.Tests;

/// <summary>A ring of any kind with one producer and one consumer that are awaited, as its tests see it.</summary>
internal abstract class AsyncRing : IDisposable
{
    private static readonly RingOptions Options = new() { CapacityBytes = 1024, MaxMessageBytes = 48, WaitStrategy = RegionBells.LongSleep };

    private static readonly RingOptions TypedOptions = new() { CapacityBytes = 1024, WaitStrategy = RegionBells.LongSleep };

    /// <summary>The kinds that <see cref="Of"/> knows.</summary>
    public static readonly string[] Kinds = ["Spsc", "Spsc<T>", "Mpmc", "Mpmc<T>", "Broadcast", "Broadcast<T>"];

    private readonly TestRegion _region;
    private readonly IDisposable _ring;
    private readonly Action _complete;
    private readonly Action? _attachReader;
    private RegionBells? _bells;

    private AsyncRing(TestRegion region, IDisposable ring, Action complete, Action? attachReader)
    {
        _region = region;
        _ring = ring;
        _complete = complete;
        _attachReader = attachReader;
    }

    public RegionBells Bells => _bells ??= new RegionBells(_region.Name, Ring.Inspect(_region.Name).Kind, FixedBytes);

    public IDisposable Whole => _ring;

    public abstract RingHandle ConsumerHandle { get; }

    protected abstract int FixedBytes { get; }

    public static AsyncRing Of(string kind)
    {
        TestRegion region = new();
        switch (kind)
        {
            case "Spsc":
                SpscRing spsc = SpscRing.Create(region, Options);
                return new Bytes(region, spsc, spsc.AttachProducer(), spsc.AttachConsumer(), spsc.Complete);
            case "Spsc<T>":
                SpscRing<long> spscValues = SpscRing<long>.Create(region, TypedOptions);
                return new Values(region, spscValues, spscValues.AttachProducer(), spscValues.AttachConsumer(), spscValues.Complete);
            case "Mpmc":
                MpmcRing mpmc = MpmcRing.Create(region, Options);
                return new Bytes(region, mpmc, mpmc.AttachProducer(), mpmc.AttachConsumer(), mpmc.Complete);
            case "Mpmc<T>":
                MpmcRing<long> mpmcValues = MpmcRing<long>.Create(region, TypedOptions);
                return new Values(region, mpmcValues, mpmcValues.AttachProducer(), mpmcValues.AttachConsumer(), mpmcValues.Complete);
            case "Broadcast":
                BroadcastRing broadcast = BroadcastRing.Create(region, Options);
                return new Bytes(region, broadcast, broadcast.AttachWriter(), broadcast.AttachReader(), broadcast.Complete, () => broadcast.AttachReader());
            case "Broadcast<T>":
                BroadcastRing<long> values = BroadcastRing<long>.Create(region, TypedOptions);
                return new Values(region, values, values.AttachWriter(), values.AttachReader(), values.Complete, () => values.AttachReader());
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "It is no kind.");
        }
    }

    public abstract ValueTask Write(long value);

    public abstract bool TryWrite(long value);

    public abstract ValueTask<bool> WaitToWrite(CancellationToken token);

    public abstract ValueTask<long> Read(CancellationToken token);

    public abstract ValueTask<bool> WaitToRead(CancellationToken token);

    public abstract IAsyncEnumerable<long> ReadAll(CancellationToken token);

    public void Complete() => _complete();

    /// <summary>Everything that must not allocate when it completes at once.</summary>
    public abstract void RoundsOfCheap(int rounds);

    /// <summary>Fills the ring. One whose consumer is gone and holds nobody gets another that does.</summary>
    public void Fill()
    {
        if (ConsumerHandle.IsDisposed)
            _attachReader?.Invoke();
        while (TryWrite(0))
        {
            // Until there is no room for another.
        }
    }

    public void Dispose()
    {
        _ring.Dispose();
        _bells?.Dispose();
        _region.Dispose();
    }

    /// <summary>The result of what must have completed at once.</summary>
    private static TResult Now<TResult>(ValueTask<TResult> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        return task.GetAwaiter().GetResult();
    }

    private static void Now(ValueTask task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        task.GetAwaiter().GetResult();
    }

    private sealed class Bytes(
        TestRegion region, IDisposable ring, MessageProducer producer, MessageConsumer consumer, Action complete, Action? attachReader = null)
        : AsyncRing(region, ring, complete, attachReader)
    {
        private static readonly ReadOnlyMemory<byte> s_message = new byte[8];

        public override RingHandle ConsumerHandle => consumer;

        protected override int FixedBytes => 0;

        public override ValueTask Write(long value) => producer.WriteAsync(BitConverter.GetBytes(value));

        public override bool TryWrite(long value) => producer.TryWrite(BitConverter.GetBytes(value));

        public override ValueTask<bool> WaitToWrite(CancellationToken token) => producer.WaitToWriteAsync(sizeof(long), token);

        public override async ValueTask<long> Read(CancellationToken token) => Value(await consumer.ReadAsync(token));

        public override ValueTask<bool> WaitToRead(CancellationToken token) => consumer.WaitToReadAsync(token);

        public override async IAsyncEnumerable<long> ReadAll([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            await foreach (OwnedMessage message in consumer.ReadAllAsync(token))
                yield return Value(message);
        }

        public override void RoundsOfCheap(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Now(producer.WaitToWriteAsync(8)));
                Now(producer.WriteAsync(s_message));
                Assert.True(Now(consumer.WaitToReadAsync()));
                Assert.True(consumer.TryRead(out Message message));
                message.Dispose();
            }
        }

        private static long Value(OwnedMessage message) => BitConverter.ToInt64(message.Memory.Span);
    }

    private sealed class Values(
        TestRegion region, IDisposable ring, ValueProducer<long> producer, ValueConsumer<long> consumer, Action complete, Action? attachReader = null)
        : AsyncRing(region, ring, complete, attachReader)
    {
        public override RingHandle ConsumerHandle => consumer;

        protected override int FixedBytes => sizeof(long);

        public override ValueTask Write(long value) => producer.WriteAsync(value);

        public override bool TryWrite(long value) => producer.TryWrite(value);

        public override ValueTask<bool> WaitToWrite(CancellationToken token) => producer.WaitToWriteAsync(token);

        public override ValueTask<long> Read(CancellationToken token) => consumer.ReadAsync(token);

        public override ValueTask<bool> WaitToRead(CancellationToken token) => consumer.WaitToReadAsync(token);

        public override IAsyncEnumerable<long> ReadAll(CancellationToken token) => consumer.ReadAllAsync(token);

        public override void RoundsOfCheap(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Now(producer.WaitToWriteAsync()));
                Now(producer.WriteAsync(i));
                Assert.True(Now(consumer.WaitToReadAsync()));
                Assert.True(Now(consumer.ReadAsync()) == i);
            }
        }
    }
}
