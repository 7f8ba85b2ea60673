namespace RingShm.Cli;

/// <summary>A producer of whatever kind of ring.</summary>
internal sealed class Sink(MessageProducer producer) : IMessageSink
{
    public int MaxMessageBytes => producer.MaxMessageBytes;

    public bool TryWrite(ReadOnlySpan<byte> message, int type) => producer.TryWrite(message, type);

    public bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken cancellationToken) =>
        producer.Write(message, type, timeout, cancellationToken);

    public void Dispose() => producer.Dispose();
}

/// <summary>A consumer of whatever kind of ring, and its batches that are settled in part, which each kind has for itself.</summary>
internal sealed class Source(MessageConsumer consumer, ReadBatch readBatch) : IMessageSource
{
    public bool IsDrained => consumer.IsDrained;

    public int TryReadBatch(MessageHandler<OutputPump> handler, BatchSettler<OutputPump> settle, OutputPump state, int limit) =>
        readBatch(handler, settle, state, limit);

    public bool Read(out Message message, TimeSpan timeout, CancellationToken cancellationToken) =>
        consumer.Read(out message, timeout, cancellationToken);

    public void Dispose() => consumer.Dispose();
}

internal delegate int ReadBatch(MessageHandler<OutputPump> handler, BatchSettler<OutputPump> settle, OutputPump state, int limit);
