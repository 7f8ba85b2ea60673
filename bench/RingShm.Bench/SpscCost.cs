using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <summary>
/// What one message costs when nobody else is there: one thread writes it and reads it back, so that every line stays in
/// its cache. The instructions and the allocations show; what lines cost between cores is RingShm.Load's business.
/// </summary>
/// <remarks>
/// <code>
///  one thread:  TryWrite ----> ring ----> TryRead, release
/// </code>
/// </remarks>
[MemoryDiagnoser]
public class SpscCost
{
    private const int BatchLength = 32;

    private readonly string _name = "ringshm-bench-" + Guid.NewGuid().ToString("N");
    private readonly ulong[] _values = new ulong[BatchLength];
    private byte[] _message = [];
    private SpscRing _ring = null!;
    private SpscProducer _producer = null!;
    private SpscConsumer _consumer = null!;
    private SpscRing<ulong> _typed = null!;
    private SpscProducer<ulong> _typedProducer = null!;
    private SpscConsumer<ulong> _typedConsumer = null!;

    [Params(8, 64, 1024)]
    public int MessageBytes { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _message = new byte[MessageBytes];
        _ring = SpscRing.CreateOrOpen(_name, new RingOptions { CapacityBytes = 1 << 16, MaxMessageBytes = 1024 });
        _producer = _ring.AttachProducer();
        _consumer = _ring.AttachConsumer();
        _typed = SpscRing<ulong>.CreateOrOpen(_name + "-typed", new RingOptions { CapacityBytes = 1 << 16 });
        _typedProducer = _typed.AttachProducer();
        _typedConsumer = _typed.AttachConsumer();
    }

    [GlobalCleanup]
    public void Close()
    {
        _producer.Dispose();
        _consumer.Dispose();
        _ring.Dispose();
        _typedProducer.Dispose();
        _typedConsumer.Dispose();
        _typed.Dispose();
        Ring.Remove(_name);
        Ring.Remove(_name + "-typed");
    }

    /// <summary>Span in, lease out.</summary>
    [Benchmark]
    public int WriteAndRead()
    {
        _producer.TryWrite(_message);
        _consumer.TryRead(out Message message);
        int length = message.Span.Length;
        message.Dispose();
        return length;
    }

    /// <summary>Zero-copy in, lease out.</summary>
    [Benchmark]
    public int ClaimAndRead()
    {
        if (_producer.TryClaim(MessageBytes, out Claim claim))
        {
            claim.Span[0] = 1;
            claim.Commit(MessageBytes);
            claim.Dispose();
        }

        _consumer.TryRead(out Message message);
        int length = message.Span.Length;
        message.Dispose();
        return length;
    }

    /// <summary>One value in, one out. The message size does not apply.</summary>
    [Benchmark]
    public ulong TypedWriteAndRead()
    {
        _typedProducer.TryWrite(1UL);
        _typedConsumer.TryRead(out ulong value);
        return value;
    }

    /// <summary>32 values in, 32 out; the time is that of one value.</summary>
    [Benchmark(OperationsPerInvoke = BatchLength)]
    public int TypedBatchWriteAndRead() => _typedProducer.TryWriteBatch(_values) + _typedConsumer.TryReadBatch(_values);
}
