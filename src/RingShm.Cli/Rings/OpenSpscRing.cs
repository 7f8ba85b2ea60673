namespace RingShm.Cli;

/// <summary>A ring with one sender and one receiver. Who comes after a dead one takes over by itself.</summary>
internal sealed class OpenSpscRing(SpscRing ring) : OpenRing
{
    public override long CapacityBytes => ring.CapacityBytes;

    public override bool IsShared => false;

    public override IMessageSink AttachSender() => new Sink(ring.AttachProducer());

    public override IMessageSource AttachReceiver() => new Source(ring.AttachConsumer());

    public override void Complete() => ring.Complete();

    public override bool TryMendDeaths() => false;

    public override void Dispose() => ring.Dispose();

    private sealed class Sink(SpscProducer producer) : IMessageSink
    {
        public int MaxMessageBytes => producer.MaxMessageBytes;

        public bool TryWrite(ReadOnlySpan<byte> message, int type) => producer.TryWrite(message, type);

        public bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken cancellationToken) =>
            producer.Write(message, type, timeout, cancellationToken);

        public void Dispose() => producer.Dispose();
    }

    private sealed class Source(SpscConsumer consumer) : IMessageSource
    {
        public bool IsDrained => consumer.IsDrained;

        public int TryReadBatch(MessageHandler<OutputPump> handler, BatchSettler<OutputPump> settle, OutputPump state, int limit) =>
            consumer.TryReadBatch(handler, settle, state, limit);

        public bool Read(out Message message, TimeSpan timeout, CancellationToken cancellationToken) =>
            consumer.Read(out message, timeout, cancellationToken);

        public void Dispose() => consumer.Dispose();
    }
}
