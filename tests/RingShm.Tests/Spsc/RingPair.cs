namespace RingShm.Tests.Spsc;

/// <summary>A ring of its own with both of its handles.</summary>
internal sealed class RingPair : IDisposable
{
    private readonly TestRegion _region = new();

    public RingPair(long capacityBytes = 1024, long maxMessageBytes = 0)
    {
        Ring = SpscRing.Create(_region, new RingOptions { CapacityBytes = capacityBytes, MaxMessageBytes = maxMessageBytes });
        Producer = Ring.AttachProducer();
        Consumer = Ring.AttachConsumer();
    }

    public string Name => _region.Name;

    public SpscRing Ring { get; }

    public SpscProducer Producer { get; }

    public SpscConsumer Consumer { get; }

    public void Fill()
    {
        while (Producer.TryWrite([], 0))
        {
            // Records without payload take one header each, so this leaves no room at all.
        }
    }

    /// <summary>The next message, which must be there, copied and handed back.</summary>
    public (byte[] Payload, int Type, long Position) Next()
    {
        Assert.True(Consumer.TryRead(out Message message));
        using (message)
            return (message.Span.ToArray(), message.Type, message.Position);
    }

    public void AssertEmpty() => Assert.False(Consumer.TryRead(out _));

    public void Dispose()
    {
        Ring.Dispose();
        _region.Dispose();
    }
}
