using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <content>One producer, one consumer.</content>
public partial class BytesCost
{
    private SpscProducer _spscProducer = null!;
    private SpscConsumer _spscConsumer = null!;

    [GlobalSetup(Targets = [nameof(SpscWriteRead), nameof(SpscWaitingWriteRead), nameof(SpscClaimRead), nameof(SpscBatch)])]
    public void OpenSpsc()
    {
        SpscRing ring = Keep(SpscRing.CreateOrOpen(_name, Prepare()));
        _spscProducer = Keep(ring.AttachProducer());
        _spscConsumer = Keep(ring.AttachConsumer());
    }

    /// <summary>Span in, lease out.</summary>
    [Benchmark]
    public int SpscWriteRead()
    {
        _spscProducer.TryWrite(_message);
        _spscConsumer.TryRead(out Message message);
        int seen = Look(message.Span);
        message.Dispose();
        return seen;
    }

    /// <summary>The calls that would wait, where they need not.</summary>
    [Benchmark]
    public int SpscWaitingWriteRead()
    {
        _spscProducer.Write(_message, Timeout.InfiniteTimeSpan);
        _spscConsumer.Read(out Message message, Timeout.InfiniteTimeSpan);
        int seen = Look(message.Span);
        message.Dispose();
        return seen;
    }

    /// <summary>Zero-copy in, lease out.</summary>
    [Benchmark]
    public int SpscClaimRead()
    {
        if (_spscProducer.TryClaim(MessageBytes, out Claim claim))
        {
            _message.CopyTo(claim.Span);
            claim.Commit(MessageBytes);
            claim.Dispose();
        }

        _spscConsumer.TryRead(out Message message);
        int seen = Look(message.Span);
        message.Dispose();
        return seen;
    }

    /// <summary>32 in, 32 out; the time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = BatchLength)]
    public int SpscBatch() =>
        _spscProducer.TryWriteBatch(_batch) + _spscConsumer.TryReadBatch(LookAtOneOfMany, _batchSum, BatchLength);
}
