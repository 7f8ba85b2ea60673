using BenchmarkDotNet.Attributes;

namespace RingShm.Bench;

/// <content>Many of each, and each side declared single, which takes the interlocked operation off it.</content>
public partial class ValueCost<T>
{
    private MpmcProducer<T> _mpmcProducer = null!;
    private MpmcConsumer<T> _mpmcConsumer = null!;

    [GlobalSetup(Targets = [nameof(MpmcWriteRead), nameof(MpmcBatch)])]
    public void OpenMpmc() => OpenMpmc(Cardinality.Many, Cardinality.Many);

    [GlobalSetup(Targets = [nameof(MpmcOneProducer)])]
    public void OpenOneProducer() => OpenMpmc(Cardinality.One, Cardinality.Many);

    [GlobalSetup(Targets = [nameof(MpmcOneConsumer)])]
    public void OpenOneConsumer() => OpenMpmc(Cardinality.Many, Cardinality.One);

    [Benchmark]
    public T MpmcWriteRead()
    {
        _mpmcProducer.TryWrite(in _values[0]);
        _mpmcConsumer.TryRead(out T value);
        return value;
    }

    /// <summary>32 in, 32 out; the time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = BatchLength)]
    public int MpmcBatch() => _mpmcProducer.TryWriteBatch(_values) + _mpmcConsumer.TryReadBatch(_values);

    [Benchmark]
    public T MpmcOneProducer() => MpmcWriteRead();

    [Benchmark]
    public T MpmcOneConsumer() => MpmcWriteRead();

    private void OpenMpmc(Cardinality producers, Cardinality consumers)
    {
        MpmcRing<T> ring = Keep(MpmcRing<T>.CreateOrOpen(_name, new RingOptions { Producers = producers, Consumers = consumers }));
        _mpmcProducer = Keep(ring.AttachProducer());
        _mpmcConsumer = Keep(ring.AttachConsumer());
    }
}
