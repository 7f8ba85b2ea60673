using System.Runtime.InteropServices;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.Tests;

/// <summary>
/// A region's bytes in plain memory of this process, between two guard areas: the protocol cores run on it without a file, and
/// a write outside of it is noticed.
/// </summary>
internal sealed unsafe class NativeRegion : IDisposable
{
    private const int GuardBytes = 4096;
    private const byte GuardByte = 0xA5;

    private readonly byte* _allocation;

    public NativeRegion(in RingGeometry geometry)
    {
        Geometry = geometry;
        Length = checked((int)geometry.TotalBytes);
        _allocation = (byte*)NativeMemory.AlignedAlloc((nuint)(Length + (2 * GuardBytes)), 4096);
        new Span<byte>(_allocation, Length + (2 * GuardBytes)).Fill(GuardByte);
        Bytes.Clear();
        Map = new SpscMap(Base, geometry);
    }

    public RingGeometry Geometry { get; }

    public int Length { get; }

    public byte* Base => _allocation + GuardBytes;

    public Span<byte> Bytes => new(Base, Length);

    public SpscMap Map { get; }

    public SpscProducerCore<DirectMemory> StartProducer(bool predecessorDied = false) =>
        SpscRoles<DirectMemory>.StartProducer(Map, predecessorDied);

    public SpscConsumerCore<DirectMemory> StartConsumer(bool predecessorDied = false) =>
        SpscRoles<DirectMemory>.StartConsumer(Map, predecessorDied);

    public void AssertGuardsAreWhole()
    {
        Assert.False(new Span<byte>(_allocation, GuardBytes).ContainsAnyExcept(GuardByte), "bytes before the region were written");
        Assert.False(new Span<byte>(Base + Length, GuardBytes).ContainsAnyExcept(GuardByte), "bytes behind the region were written");
    }

    public void Dispose() => NativeMemory.AlignedFree(_allocation);
}
