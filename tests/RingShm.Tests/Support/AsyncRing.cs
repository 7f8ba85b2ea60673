namespace RingShm.Tests;

/// <summary>A ring of any kind with one producer and one consumer that are awaited, as its tests see it.</summary>
internal abstract class AsyncRing : IDisposable
{
    private static readonly RingOptions Options = new() { CapacityBytes = 1024, MaxMessageBytes = 48, WaitStrategy = RegionBells.LongSleep };

    private static readonly RingOptions TypedOptions = new() { CapacityBytes = 1024, WaitStrategy = RegionBells.LongSleep };

    private RegionBells? _bells;

    protected TestRegion Region { get; } = new();

    public RegionBells Bells => _bells ??= new RegionBells(Region.Name, Kind, FixedBytes);

    public abstract IDisposable Ring { get; }

    public abstract RingHandle ConsumerHandle { get; }

    protected abstract RingKind Kind { get; }

    protected virtual int FixedBytes => 0;

    public static AsyncRing Of(string kind) => kind switch
    {
        "Spsc" => new SpscBytes(),
        "Spsc<T>" => new SpscValues(),
        "Mpmc" => new MpmcBytes(),
        _ => new MpmcValues(),
    };

    public abstract ValueTask Write(long value);

    public abstract bool TryWrite(long value);

    public abstract ValueTask<bool> WaitToWrite(CancellationToken token);

    public abstract ValueTask<long> Read(CancellationToken token);

    public abstract ValueTask<bool> WaitToRead(CancellationToken token);

    public abstract IAsyncEnumerable<long> ReadAll(CancellationToken token);

    public abstract void Complete();

    /// <summary>Everything that must not allocate when it completes at once.</summary>
    public abstract void RoundsOfCheap(int rounds);

    public void Fill()
    {
        while (TryWrite(0))
        {
            // Until there is no room for another.
        }
    }

    public void Dispose()
    {
        Ring.Dispose();
        _bells?.Dispose();
        Region.Dispose();
    }

    /// <summary>The result of what must have completed at once.</summary>
    protected static TResult Now<TResult>(ValueTask<TResult> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        return task.GetAwaiter().GetResult();
    }

    protected static void Now(ValueTask task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        task.GetAwaiter().GetResult();
    }

    protected static ReadOnlyMemory<byte> Bytes(long value) => BitConverter.GetBytes(value);

    protected static long Value(OwnedMessage message) => BitConverter.ToInt64(message.Memory.Span);

    protected static async ValueTask<long> Value(ValueTask<OwnedMessage> read) => Value(await read);

    protected static async IAsyncEnumerable<long> Values(IAsyncEnumerable<OwnedMessage> messages)
    {
        await foreach (OwnedMessage message in messages)
            yield return Value(message);
    }

    private sealed class SpscBytes : AsyncRing
    {
        private static readonly ReadOnlyMemory<byte> s_message = new byte[8];

        private readonly SpscRing _ring;
        private readonly SpscProducer _producer;
        private readonly SpscConsumer _consumer;

        public SpscBytes()
        {
            _ring = SpscRing.Create(Region, Options);
            _producer = _ring.AttachProducer();
            _consumer = _ring.AttachConsumer();
        }

        public override IDisposable Ring => _ring;

        public override RingHandle ConsumerHandle => _consumer;

        protected override RingKind Kind => RingKind.Spsc;

        public override ValueTask Write(long value) => _producer.WriteAsync(Bytes(value));

        public override bool TryWrite(long value) => _producer.TryWrite(Bytes(value).Span);

        public override ValueTask<bool> WaitToWrite(CancellationToken token) => _producer.WaitToWriteAsync(sizeof(long), token);

        public override ValueTask<long> Read(CancellationToken token) => Value(_consumer.ReadAsync(token));

        public override ValueTask<bool> WaitToRead(CancellationToken token) => _consumer.WaitToReadAsync(token);

        public override IAsyncEnumerable<long> ReadAll(CancellationToken token) => Values(_consumer.ReadAllAsync(token));

        public override void Complete() => _ring.Complete();

        public override void RoundsOfCheap(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Now(_producer.WaitToWriteAsync(8)));
                Now(_producer.WriteAsync(s_message));
                Assert.True(Now(_consumer.WaitToReadAsync()));
                Assert.True(_consumer.TryRead(out Message message));
                message.Dispose();
            }
        }
    }

    private sealed class SpscValues : AsyncRing
    {
        private readonly SpscRing<long> _ring;
        private readonly SpscProducer<long> _producer;
        private readonly SpscConsumer<long> _consumer;

        public SpscValues()
        {
            _ring = SpscRing<long>.Create(Region, TypedOptions);
            _producer = _ring.AttachProducer();
            _consumer = _ring.AttachConsumer();
        }

        public override IDisposable Ring => _ring;

        public override RingHandle ConsumerHandle => _consumer;

        protected override RingKind Kind => RingKind.Spsc;

        protected override int FixedBytes => sizeof(long);

        public override ValueTask Write(long value) => _producer.WriteAsync(value);

        public override bool TryWrite(long value) => _producer.TryWrite(value);

        public override ValueTask<bool> WaitToWrite(CancellationToken token) => _producer.WaitToWriteAsync(token);

        public override ValueTask<long> Read(CancellationToken token) => _consumer.ReadAsync(token);

        public override ValueTask<bool> WaitToRead(CancellationToken token) => _consumer.WaitToReadAsync(token);

        public override IAsyncEnumerable<long> ReadAll(CancellationToken token) => _consumer.ReadAllAsync(token);

        public override void Complete() => _ring.Complete();

        public override void RoundsOfCheap(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Now(_producer.WaitToWriteAsync()));
                Now(_producer.WriteAsync(i));
                Assert.True(Now(_consumer.WaitToReadAsync()));
                Assert.True(Now(_consumer.ReadAsync()) == i);
            }
        }
    }

    private sealed class MpmcBytes : AsyncRing
    {
        private static readonly ReadOnlyMemory<byte> s_message = new byte[8];

        private readonly MpmcRing _ring;
        private readonly MpmcProducer _producer;
        private readonly MpmcConsumer _consumer;

        public MpmcBytes()
        {
            _ring = MpmcRing.Create(Region, Options);
            _producer = _ring.AttachProducer();
            _consumer = _ring.AttachConsumer();
        }

        public override IDisposable Ring => _ring;

        public override RingHandle ConsumerHandle => _consumer;

        protected override RingKind Kind => RingKind.Mpmc;

        public override ValueTask Write(long value) => _producer.WriteAsync(Bytes(value));

        public override bool TryWrite(long value) => _producer.TryWrite(Bytes(value).Span);

        public override ValueTask<bool> WaitToWrite(CancellationToken token) => _producer.WaitToWriteAsync(sizeof(long), token);

        public override ValueTask<long> Read(CancellationToken token) => Value(_consumer.ReadAsync(token));

        public override ValueTask<bool> WaitToRead(CancellationToken token) => _consumer.WaitToReadAsync(token);

        public override IAsyncEnumerable<long> ReadAll(CancellationToken token) => Values(_consumer.ReadAllAsync(token));

        public override void Complete() => _ring.Complete();

        public override void RoundsOfCheap(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Now(_producer.WaitToWriteAsync(8)));
                Now(_producer.WriteAsync(s_message));
                Assert.True(Now(_consumer.WaitToReadAsync()));
                Assert.True(_consumer.TryRead(out Message message));
                message.Dispose();
            }
        }
    }

    private sealed class MpmcValues : AsyncRing
    {
        private readonly MpmcRing<long> _ring;
        private readonly MpmcProducer<long> _producer;
        private readonly MpmcConsumer<long> _consumer;

        public MpmcValues()
        {
            _ring = MpmcRing<long>.Create(Region, TypedOptions);
            _producer = _ring.AttachProducer();
            _consumer = _ring.AttachConsumer();
        }

        public override IDisposable Ring => _ring;

        public override RingHandle ConsumerHandle => _consumer;

        protected override RingKind Kind => RingKind.Mpmc;

        protected override int FixedBytes => sizeof(long);

        public override ValueTask Write(long value) => _producer.WriteAsync(value);

        public override bool TryWrite(long value) => _producer.TryWrite(value);

        public override ValueTask<bool> WaitToWrite(CancellationToken token) => _producer.WaitToWriteAsync(token);

        public override ValueTask<long> Read(CancellationToken token) => _consumer.ReadAsync(token);

        public override ValueTask<bool> WaitToRead(CancellationToken token) => _consumer.WaitToReadAsync(token);

        public override IAsyncEnumerable<long> ReadAll(CancellationToken token) => _consumer.ReadAllAsync(token);

        public override void Complete() => _ring.Complete();

        public override void RoundsOfCheap(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(Now(_producer.WaitToWriteAsync()));
                Now(_producer.WriteAsync(i));
                Assert.True(Now(_consumer.WaitToReadAsync()));
                Assert.True(Now(_consumer.ReadAsync()) == i);
            }
        }
    }
}
