using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using RingShm.Memory;
using RingShm.Prototypes;

namespace RingShm.Bench;

/// <content>What .NET has between threads, and the prototypes of bench/Prototypes.</content>
public unsafe partial class ValueCost<T>
{
    private const int LineBytes = 128;

    private readonly ConcurrentQueue<T> _concurrentQueue = new();
    private readonly Channel<T> _channel = Channel.CreateBounded<T>(Slots);
    private byte* _queueMemory;
    private VyukovBounded<T> _vyukov;
    private ClaimWordQueue<DirectMemory, T> _claimWord;

    [GlobalSetup(Targets = [nameof(Vyukov)])]
    public void OpenVyukov()
    {
        AllocateQueue(VyukovBounded<T>.BytesFor(Slots));
        VyukovBounded<T>.Initialize(_queueMemory, Slots);
        _vyukov = new VyukovBounded<T>(_queueMemory, Slots);
    }

    [GlobalSetup(Targets = [nameof(ClaimWordPrototype)])]
    public void OpenClaimWord()
    {
        AllocateQueue(ClaimWordQueue<DirectMemory, T>.BytesFor(Slots));
        ClaimWordQueue<DirectMemory, T>.Initialize(_queueMemory, Slots);
        _claimWord = new ClaimWordQueue<DirectMemory, T>(_queueMemory, Slots, row: 1);
    }

    [Benchmark(Baseline = true)]
    public T Vyukov()
    {
        _vyukov.TryEnqueue(in _values[0]);
        _vyukov.TryDequeue(out T value);
        return value;
    }

    [Benchmark]
    public T ClaimWordPrototype()
    {
        _claimWord.TryEnqueue(in _values[0], out _);
        _claimWord.TryDequeue(out T value, out _);
        return value;
    }

    [Benchmark]
    public T ConcurrentQueue()
    {
        _concurrentQueue.Enqueue(_values[0]);
        _concurrentQueue.TryDequeue(out T value);
        return value;
    }

    [Benchmark]
    public T BoundedChannel()
    {
        _channel.Writer.TryWrite(_values[0]);
        _channel.Reader.TryRead(out T value);
        return value;
    }

    private void AllocateQueue(long bytes)
    {
        _queueMemory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, LineBytes);
        NativeMemory.Clear(_queueMemory, (nuint)bytes);
    }

    private void FreeQueues()
    {
        NativeMemory.AlignedFree(_queueMemory);
        _queueMemory = null;
    }
}
