namespace RingShm.Tests.Contract;

/// <summary>With one reader from the start, a reliable broadcast ring is a queue like the others.</summary>
internal sealed class BroadcastContractRing : ContractRing
{
    private readonly BroadcastRing _ring;
    private BroadcastWriter _producer;
    private BroadcastReader _consumer;

    public BroadcastContractRing(RingOptions options)
    {
        _ring = BroadcastRing.Create(Region, options);
        _producer = _ring.AttachWriter();
        _consumer = _ring.AttachReader();
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
        _producer = _ring.AttachWriter();
    }

    public override void RenewConsumer()
    {
        _consumer.Dispose();
        _consumer = _ring.AttachReader();
    }
}
