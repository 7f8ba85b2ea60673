using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using RingShm.Memory;
using RingShm.Prototypes;

namespace RingShm.Bench;

/// <summary>
/// What one 8-byte message costs through queues for many producers and consumers when nobody else is there: put in and taken
/// out by one thread, so that every line stays in its cache and only the instructions count.
/// </summary>
/// <remarks>
/// <code>
///  one thread:  enqueue ----> queue of 1024 ----> dequeue
/// </code>
/// </remarks>
[MemoryDiagnoser]
public unsafe class MpmcCost
{
    private const int Slots = 1024;
    private const int LineBytes = 128;

    private readonly ConcurrentQueue<ulong> _concurrentQueue = new();
    private readonly Channel<ulong> _channel = Channel.CreateBounded<ulong>(Slots);
    private byte* _vyukovMemory;
    private byte* _claimWordMemory;
    private VyukovBounded<ulong> _vyukov;
    private ClaimWordQueue<DirectMemory, ulong> _claimWord;

    [GlobalSetup]
    public void Open()
    {
        _vyukovMemory = Allocate(VyukovBounded<ulong>.BytesFor(Slots));
        VyukovBounded<ulong>.Initialize(_vyukovMemory, Slots);
        _vyukov = new VyukovBounded<ulong>(_vyukovMemory, Slots);
        _claimWordMemory = Allocate(ClaimWordQueue<DirectMemory, ulong>.BytesFor(Slots));
        ClaimWordQueue<DirectMemory, ulong>.Initialize(_claimWordMemory, Slots);
        _claimWord = new ClaimWordQueue<DirectMemory, ulong>(_claimWordMemory, Slots, row: 1);
    }

    [GlobalCleanup]
    public void Close()
    {
        NativeMemory.AlignedFree(_vyukovMemory);
        NativeMemory.AlignedFree(_claimWordMemory);
    }

    [Benchmark(Baseline = true)]
    public ulong Vyukov()
    {
        ulong message = 1;
        _vyukov.TryEnqueue(in message);
        _vyukov.TryDequeue(out message);
        return message;
    }

    [Benchmark]
    public ulong ClaimWordPrototype()
    {
        ulong message = 1;
        _claimWord.TryEnqueue(in message, out _);
        _claimWord.TryDequeue(out message, out _);
        return message;
    }

    [Benchmark]
    public ulong ConcurrentQueue()
    {
        _concurrentQueue.Enqueue(1);
        _concurrentQueue.TryDequeue(out ulong message);
        return message;
    }

    [Benchmark]
    public ulong BoundedChannel()
    {
        _channel.Writer.TryWrite(1);
        _channel.Reader.TryRead(out ulong message);
        return message;
    }

    private static byte* Allocate(long bytes)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, LineBytes);
        NativeMemory.Clear(memory, (nuint)bytes);
        return memory;
    }
}
