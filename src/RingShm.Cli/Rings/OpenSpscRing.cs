namespace RingShm.Cli;

/// <summary>A ring with one sender and one receiver. Who comes after a dead one takes over by itself.</summary>
internal sealed class OpenSpscRing(SpscRing ring) : OpenRing
{
    public override long CapacityBytes => ring.CapacityBytes;

    public override bool IsShared => false;

    public override IMessageSink AttachSender() => new Sink(ring.AttachProducer());

    public override IMessageSource AttachReceiver()
    {
        SpscConsumer consumer = ring.AttachConsumer();
        return new Source(consumer, consumer.TryReadBatch);
    }

    public override void Complete() => ring.Complete();

    public override bool TryMendDeaths() => false;

    public override void Dispose() => ring.Dispose();
}
