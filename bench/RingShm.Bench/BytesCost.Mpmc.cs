using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <content>Many of each, though only one of each is there.</content>
public partial class BytesCost
{
    private MpmcProducer _mpmcProducer = null!;
    private MpmcConsumer _mpmcConsumer = null!;

    [GlobalSetup(Targets = [nameof(MpmcWriteRead), nameof(MpmcWaitingWriteRead), nameof(MpmcClaimRead), nameof(MpmcBatch)])]
    public void OpenMpmc()
    {
        MpmcRing ring = Keep(MpmcRing.CreateOrOpen(_name, Prepare()));
        _mpmcProducer = Keep(ring.AttachProducer());
        _mpmcConsumer = Keep(ring.AttachConsumer());
    }

    /// <summary>Span in, lease out.</summary>
    [Benchmark]
    public int MpmcWriteRead()
    {
        _mpmcProducer.TryWrite(_message);
        _mpmcConsumer.TryRead(out Message message);
        int seen = Look(message.Span);
        message.Dispose();
        return seen;
    }

    /// <summary>The calls that would wait, where they need not.</summary>
    [Benchmark]
    public int MpmcWaitingWriteRead()
    {
        _mpmcProducer.Write(_message, Timeout.InfiniteTimeSpan);
        _mpmcConsumer.Read(out Message message, Timeout.InfiniteTimeSpan);
        int seen = Look(message.Span);
        message.Dispose();
        return seen;
    }

    /// <summary>Zero-copy in, lease out.</summary>
    [Benchmark]
    public int MpmcClaimRead()
    {
        if (_mpmcProducer.TryClaim(MessageBytes, out Claim claim))
        {
            _message.CopyTo(claim.Span);
            claim.Commit(MessageBytes);
            claim.Dispose();
        }

        _mpmcConsumer.TryRead(out Message message);
        int seen = Look(message.Span);
        message.Dispose();
        return seen;
    }

    /// <summary>32 in, 32 out; the time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = BatchLength)]
    public int MpmcBatch() =>
        _mpmcProducer.TryWriteBatch(_batch) + _mpmcConsumer.TryReadBatch(LookAtOneOfMany, _batchSum, BatchLength);
}
