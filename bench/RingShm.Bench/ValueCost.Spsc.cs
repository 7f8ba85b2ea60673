using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <content>One producer, one consumer.</content>
public partial class ValueCost<T>
{
    private SpscProducer<T> _spscProducer = null!;
    private SpscConsumer<T> _spscConsumer = null!;

    [GlobalSetup(Targets = [nameof(SpscWriteRead), nameof(SpscBatch)])]
    public void OpenSpsc()
    {
        SpscRing<T> ring = Keep(SpscRing<T>.CreateOrOpen(_name));
        _spscProducer = Keep(ring.AttachProducer());
        _spscConsumer = Keep(ring.AttachConsumer());
    }

    [Benchmark]
    public T SpscWriteRead()
    {
        _spscProducer.TryWrite(in _values[0]);
        _spscConsumer.TryRead(out T value);
        return value;
    }

    /// <summary>32 in, 32 out; the time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = BatchLength)]
    public int SpscBatch() => _spscProducer.TryWriteBatch(_values) + _spscConsumer.TryReadBatch(_values);
}
