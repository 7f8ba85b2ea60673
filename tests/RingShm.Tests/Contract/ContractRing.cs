namespace RingShm.Tests.Contract;

/// <summary>A ring of any kind with one producer and one consumer, as the contract suite sees it.</summary>
internal abstract class ContractRing : IDisposable
{
    protected TestRegion Region { get; } = new();

    public string Name => Region.Name;

    public abstract IDisposable Ring { get; }

    public abstract RingHandle ProducerHandle { get; }

    public abstract RingHandle ConsumerHandle { get; }

    public abstract int MaxMessageBytes { get; }

    public abstract bool IsDrained { get; }

    public abstract bool IsCompleted { get; }

    public abstract bool TryWrite(ReadOnlySpan<byte> message, int type = 0);

    public abstract bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken token = default);

    public abstract bool TryClaim(int length, out Claim claim);

    public abstract int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type = 0);

    public abstract bool TryRead(out Message message);

    public abstract bool Read(out Message message, TimeSpan timeout, CancellationToken token = default);

    public abstract int TryReadBatch(MessageHandler handler, int limit);

    public abstract int TryReadBatch(MessageHandler handler, BatchSettler<int> settle, int limit);

    public abstract void Complete();

    public abstract RingInfo GetInfo();

    public abstract void RenewProducer();

    public abstract void RenewConsumer();

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
        Region.Dispose();
    }
}

internal sealed class SpscContractRing : ContractRing
{
    private readonly SpscRing _ring;
    private SpscProducer _producer;
    private SpscConsumer _consumer;

    public SpscContractRing(RingOptions options)
    {
        _ring = SpscRing.Create(Region, options);
        _producer = _ring.AttachProducer();
        _consumer = _ring.AttachConsumer();
    }

    public override IDisposable Ring => _ring;

    public override RingHandle ProducerHandle => _producer;

    public override RingHandle ConsumerHandle => _consumer;

    public override int MaxMessageBytes => _producer.MaxMessageBytes;

    public override bool IsDrained => _consumer.IsDrained;

    public override bool IsCompleted => _ring.IsCompleted;

    public override bool TryWrite(ReadOnlySpan<byte> message, int type) => _producer.TryWrite(message, type);

    public override bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken token) =>
        _producer.Write(message, type, timeout, token);

    public override bool TryClaim(int length, out Claim claim) => _producer.TryClaim(length, out claim);

    public override int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type) => _producer.TryWriteBatch(messages, type);

    public override bool TryRead(out Message message) => _consumer.TryRead(out message);

    public override bool Read(out Message message, TimeSpan timeout, CancellationToken token) => _consumer.Read(out message, timeout, token);

    public override int TryReadBatch(MessageHandler handler, int limit) => _consumer.TryReadBatch(handler, limit);

    public override int TryReadBatch(MessageHandler handler, BatchSettler<int> settle, int limit) =>
        _consumer.TryReadBatch((in Message message, int _) => handler(message), settle, 0, limit);

    public override void Complete() => _ring.Complete();

    public override RingInfo GetInfo() => _ring.GetInfo();

    public override void RenewProducer()
    {
        _producer.Dispose();
        _producer = _ring.AttachProducer();
    }

    public override void RenewConsumer()
    {
        _consumer.Dispose();
        _consumer = _ring.AttachConsumer();
    }
}

internal sealed class MpmcContractRing : ContractRing
{
    private readonly MpmcRing _ring;
    private MpmcProducer _producer;
    private MpmcConsumer _consumer;

    public MpmcContractRing(RingOptions options)
    {
        _ring = MpmcRing.Create(Region, options);
        _producer = _ring.AttachProducer();
        _consumer = _ring.AttachConsumer();
    }

    public override IDisposable Ring => _ring;

    public override RingHandle ProducerHandle => _producer;

    public override RingHandle ConsumerHandle => _consumer;

    public override int MaxMessageBytes => _producer.MaxMessageBytes;

    public override bool IsDrained => _consumer.IsDrained;

    public override bool IsCompleted => _ring.IsCompleted;

    public override bool TryWrite(ReadOnlySpan<byte> message, int type) => _producer.TryWrite(message, type);

    public override bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken token) =>
        _producer.Write(message, type, timeout, token);

    public override bool TryClaim(int length, out Claim claim) => _producer.TryClaim(length, out claim);

    public override int TryWriteBatch(ReadOnlySpan<ReadOnlyMemory<byte>> messages, int type) => _producer.TryWriteBatch(messages, type);

    public override bool TryRead(out Message message) => _consumer.TryRead(out message);

    public override bool Read(out Message message, TimeSpan timeout, CancellationToken token) => _consumer.Read(out message, timeout, token);

    public override int TryReadBatch(MessageHandler handler, int limit) => _consumer.TryReadBatch(handler, limit);

    public override int TryReadBatch(MessageHandler handler, BatchSettler<int> settle, int limit) =>
        _consumer.TryReadBatch((in Message message, int _) => handler(message), settle, 0, limit);

    public override void Complete() => _ring.Complete();

    public override RingInfo GetInfo() => _ring.GetInfo();

    public override void RenewProducer()
    {
        _producer.Dispose();
        _producer = _ring.AttachProducer();
    }

    public override void RenewConsumer()
    {
        _consumer.Dispose();
        _consumer = _ring.AttachConsumer();
    }
}
