using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;
using RingShm.TestPeer.Seam;

namespace RingShm.Bench;

/// <summary>
/// What the seam between protocols and memory costs: the shipped path for one value, write and read, against its twin that is
/// written without the seam. One thread, one private ring; docs/adr/0005 has the machine code of both.
/// </summary>
public unsafe class SeamCost
{
    private const int Messages = 1000;
    private const int RingBytes = 1 << 16;

    private byte* _seamRegion;
    private byte* _directRegion;
    private SpscProducerCore<DirectMemory> _seamProducer;
    private SpscConsumerCore<DirectMemory> _seamConsumer;
    private DirectProducer _directProducer;
    private DirectConsumer _directConsumer;
    private long _directWritten;
    private long _directRead;

    [GlobalSetup]
    public void Setup()
    {
        RingGeometry geometry = RingGeometry.ForSpsc(RingBytes, sizeof(ulong), 0);
        _seamRegion = Allocate(geometry);
        _directRegion = Allocate(geometry);
        _seamProducer = new(new SpscMap(_seamRegion, geometry), 0, 0);
        _seamConsumer = new(new SpscMap(_seamRegion, geometry), 0, 0, 0);
        _directProducer = new(new SpscMap(_directRegion, geometry), long.MaxValue);
        _directConsumer = new(new SpscMap(_directRegion, geometry));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        NativeMemory.AlignedFree(_seamRegion);
        NativeMemory.AlignedFree(_directRegion);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public ulong Direct()
    {
        ulong sum = 0;
        for (ulong i = 0; i < Messages; i++)
        {
            long next = _directProducer.PutAt(_directWritten, i, 0);
            if (next == _directWritten)
                ExtendDirect();
            _directWritten = next;
        }

        for (int i = 0; i < Messages; i++)
        {
            _directRead = _directConsumer.TakeAt(_directRead, out ulong value, out _);
            sum += value;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public ulong ThroughSeam()
    {
        ulong sum = 0;
        for (ulong i = 0; i < Messages; i++)
        {
            long next = _seamProducer.PutAt(_seamProducer.State, i, 0);
            if (next == _seamProducer.State)
                next = ExtendThroughSeam(i);
            _seamProducer.State = next;
        }

        for (int i = 0; i < Messages; i++)
        {
            _seamConsumer.State = _seamConsumer.TakeAt(_seamConsumer.State, out ulong value, out _);
            sum += value;
        }

        return sum;
    }

    /// <summary>The shipped producer looks for more room once a lap; the twin's limit is so far that it never has to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long ExtendThroughSeam(ulong value)
    {
        _ = _seamProducer.TryReserve(sizeof(ulong));
        return _seamProducer.PutAt(_seamProducer.State, value, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ExtendDirect() => throw new InvalidOperationException("The twin's ring cannot be full.");

    private static byte* Allocate(in RingGeometry geometry)
    {
        byte* region = (byte*)NativeMemory.AlignedAlloc((nuint)geometry.TotalBytes, HeaderLayout.PageBytes);
        new Span<byte>(region, (int)geometry.TotalBytes).Clear();
        return region;
    }
}
