namespace RingShm.Tests.Contract;

/// <summary>
/// A ring of any kind with one producer and one consumer, as the contract suite sees it. With one reader from the start, a reliable
/// broadcast ring is a queue like the others.
/// </summary>
internal sealed class ContractRing : IDisposable
{
    private readonly TestRegion _region;
    private readonly Func<MessageProducer> _attachProducer;
    private readonly Func<MessageConsumer> _attachConsumer;
    private readonly Action _complete;
    private readonly Func<bool> _isCompleted;
    private readonly Func<RingInfo> _getInfo;
    private MessageProducer _producer;
    private MessageConsumer _consumer;

    private ContractRing(
        TestRegion region, IDisposable ring, Func<MessageProducer> attachProducer, Func<MessageConsumer> attachConsumer, Action complete,
        Func<bool> isCompleted, Func<RingInfo> getInfo)
    {
        _region = region;
        Ring = ring;
        _attachProducer = attachProducer;
        _attachConsumer = attachConsumer;
        _complete = complete;
        _isCompleted = isCompleted;
        _getInfo = getInfo;
        _producer = attachProducer();
        _consumer = attachConsumer();
    }

    public string Name => _region.Name;

    public IDisposable Ring { get; }

    public RingHandle ProducerHandle => _producer;

    public RingHandle ConsumerHandle => _consumer;

    public int MaxMessageBytes => _producer.MaxMessageBytes;

    public bool IsDrained => _consumer.IsDrained;

    public bool IsCompleted => _isCompleted();

    public static ContractRing Spsc(RingOptions options)
    {
        TestRegion region = new();
        SpscRing ring = SpscRing.Create(region, options);
        return new(region, ring, ring.AttachProducer, ring.AttachConsumer, ring.Complete, () => ring.IsCompleted, ring.GetInfo);
    }

    public static ContractRing Mpmc(RingOptions options)
    {
        TestRegion region = new();
        MpmcRing ring = MpmcRing.Create(region, options);
        return new(region, ring, ring.AttachProducer, ring.AttachConsumer, ring.Complete, () => ring.IsCompleted, ring.GetInfo);
    }

    public static ContractRing Broadcast(RingOptions options)
    {
        TestRegion region = new();
        BroadcastRing ring = BroadcastRing.Create(region, options);
        return new(region, ring, ring.AttachWriter, () => ring.AttachReader(), ring.Complete, () => ring.IsCompleted, ring.GetInfo);
    }

    public bool TryWrite(ReadOnlySpan<byte> message, int type = 0) => _producer.TryWrite(message, type);

    public bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken token = default) =>
        _producer.Write(message, type, timeout, token);

    public bool TryClaim(int length, out Claim claim) => _producer.TryClaim(length, out claim);

    public int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type = 0) => _producer.TryWriteBatch(messages, type);

    public bool TryRead(out Message message) => _consumer.TryRead(out message);

    public bool Read(out Message message, TimeSpan timeout, CancellationToken token = default) => _consumer.Read(out message, timeout, token);

    public int TryReadBatch(MessageHandler handler, int limit) => _consumer.TryReadBatch(handler, limit);

    public int TryReadBatch(MessageHandler handler, BatchSettler<int> settle, int limit)
    {
        void Each(in Message message, int _) => handler(message);
        return _consumer switch
        {
            SpscConsumer spsc => spsc.TryReadBatch(Each, settle, 0, limit),
            MpmcConsumer mpmc => mpmc.TryReadBatch(Each, settle, 0, limit),
            _ => ((BroadcastReader)_consumer).TryReadBatch(Each, settle, 0, limit),
        };
    }

    public void Complete() => _complete();

    public RingInfo GetInfo() => _getInfo();

    public void RenewProducer()
    {
        _producer.Dispose();
        _producer = _attachProducer();
    }

    public void RenewConsumer()
    {
        _consumer.Dispose();
        _consumer = _attachConsumer();
    }

    public void Fill()
    {
        while (TryWrite([]))
        {
            // The shortest message there is, so this leaves no room at all.
        }
    }

    /// <summary>The next message, which must be there, copied and handed back.</summary>
    public (byte[] Payload, int Type, bool Redelivered) Next()
    {
        Assert.True(TryRead(out Message message));
        using (message)
            return (message.Span.ToArray(), message.Type, message.Redelivered);
    }

    public void AssertEmpty() => Assert.False(TryRead(out _));

    public void Dispose()
    {
        Ring.Dispose();
        _region.Dispose();
    }
}
