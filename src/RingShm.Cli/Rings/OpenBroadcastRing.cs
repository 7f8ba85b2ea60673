namespace RingShm.Cli;

/// <summary>A ring whose messages go to every receiver, from where each begins.</summary>
internal sealed class OpenBroadcastRing(BroadcastRing ring, ReaderStart start) : OpenRing
{
    public override long CapacityBytes => ring.CapacityBytes;

    public override bool IsShared => true;

    public override IMessageSink AttachSender() => new Sink(ring.AttachWriter());

    public override IMessageSource AttachReceiver() => new Source(ring.AttachReader(start));

    public override void Complete() => ring.Complete();

    public override bool TryMendDeaths()
    {
        ring.Recover();
        return true;
    }

    public override void Dispose() => ring.Dispose();

    private sealed class Sink(BroadcastWriter producer) : IMessageSink
    {
        public int MaxMessageBytes => producer.MaxMessageBytes;

        public bool TryWrite(ReadOnlySpan<byte> message, int type) => producer.TryWrite(message, type);

        public bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken cancellationToken) =>
            producer.Write(message, type, timeout, cancellationToken);

        public void Dispose() => producer.Dispose();
    }

    private sealed class Source(BroadcastReader consumer) : IMessageSource
    {
        public bool IsDrained => consumer.IsDrained;

        public int TryReadBatch(MessageHandler<OutputPump> handler, BatchSettler<OutputPump> settle, OutputPump state, int limit) =>
            consumer.TryReadBatch(handler, settle, state, limit);

        public bool Read(out Message message, TimeSpan timeout, CancellationToken cancellationToken) =>
            consumer.Read(out message, timeout, cancellationToken);

        public void Dispose() => consumer.Dispose();
    }
}
