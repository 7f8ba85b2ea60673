namespace RingShm.Cli;

/// <summary>A ring whose messages go to every receiver, from where each begins.</summary>
internal sealed class OpenBroadcastRing(BroadcastRing ring, ReaderStart start) : OpenRing
{
    public override long CapacityBytes => ring.CapacityBytes;

    public override bool IsShared => true;

    public override IMessageSink AttachSender() => new Sink(ring.AttachWriter());

    public override IMessageSource AttachReceiver()
    {
        BroadcastReader consumer = ring.AttachReader(start);
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
