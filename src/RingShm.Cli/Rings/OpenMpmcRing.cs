namespace RingShm.Cli;

/// <summary>A ring with any number of senders and receivers.</summary>
internal sealed class OpenMpmcRing(MpmcRing ring) : OpenRing
{
    public override long CapacityBytes => ring.CapacityBytes;

    public override bool IsShared => true;

    public override IMessageSink AttachSender() => new Sink(ring.AttachProducer());

    public override IMessageSource AttachReceiver()
    {
        MpmcConsumer consumer = ring.AttachConsumer();
        return new Source(consumer, consumer.TryReadBatch);
    }

    public override void Complete() => ring.Complete();

    public override bool TryMendDeaths()
    {
        ring.Recover();
        return true;
    }

    public override void Dispose() => ring.Dispose();
}
