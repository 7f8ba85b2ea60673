namespace RingShm.Tests.Mpmc;

/// <summary>A ring of its own with a producer and a consumer; more can be attached.</summary>
internal sealed class MpmcPair : IDisposable
{
    private readonly TestRegion _region = new();

    public MpmcPair(RingOptions? options = null)
    {
        Ring = MpmcRing.Create(_region, options ?? new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300 });
        Producer = Ring.AttachProducer();
        Consumer = Ring.AttachConsumer();
    }

    public string Name => _region.Name;

    public MpmcRing Ring { get; }

    public MpmcProducer Producer { get; }

    public MpmcConsumer Consumer { get; }

    public static RingOptions OneGranule => new() { CapacityBytes = 1024, MaxMessageBytes = 48 };

    public void Fill()
    {
        while (Producer.TryWrite([]))
        {
            // Until there is no granule left.
        }
    }

    /// <summary>The next message's type and flag, copied and handed back.</summary>
    public (int Type, bool Redelivered) Next() => Next(Consumer);

    public static (int Type, bool Redelivered) Next(MpmcConsumer consumer)
    {
        Assert.True(consumer.TryRead(out Message message));
        using (message)
            return (message.Type, message.Redelivered);
    }

    public void Dispose()
    {
        Ring.Dispose();
        _region.Dispose();
    }
}
