namespace RingShm.Load;

/// <summary>One side's private state, as yardstick.c lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct YardstickSide
{
    public byte* Ring;
    public ulong Mask;
    public ulong Position;
    public ulong Other;
}

/// <summary>The shared memory of one yardstick ring and this process's side of it.</summary>
internal sealed unsafe class YardstickRing : IDisposable
{
    /// <summary>Bytes of the two positions before the slots; the layout is yardstick.c's.</summary>
    public const int ProducerPositionOffset = 0;
    public const int ConsumerPositionOffset = 128;
    public const int SlotsOffset = 256;

    private readonly SharedFile _file;

    public YardstickRing(Scene scene, string suffix)
    {
        // The power of two of slots that fits; a length that is not one itself leaves the rest of the ring's bytes unused.
        ulong slots = System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(scene.RingBytes / scene.MessageBytes));
        if (slots * (ulong)scene.MessageBytes > (ulong)scene.RingBytes)
            slots /= 2;
        _file = scene.IsLeader
            ? SharedFile.Create(scene.Name + suffix, SlotsOffset + scene.RingBytes)
            : SharedFile.Open(scene.Name + suffix);
        Side = (YardstickSide*)NativeMemory.AlignedAlloc(128, 128);
        *Side = new YardstickSide { Ring = _file.Start, Mask = slots - 1 };
    }

    public YardstickSide* Side { get; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Side);
        _file.Dispose();
    }
}
