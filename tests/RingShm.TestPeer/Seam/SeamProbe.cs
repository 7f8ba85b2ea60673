using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Spsc;

namespace RingShm.TestPeer.Seam;

/// <summary>
/// Makes the JIT compile the shipped paths and their direct twins, so that a test can compare the listings that
/// <c>DOTNET_JitDisasm</c> writes.
/// </summary>
internal static unsafe class SeamProbe
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool WriteThroughSeam(ref SpscProducerCore<DirectMemory> core, in ulong value, int type)
    {
        if (!core.HasRoom(sizeof(ulong)))
            return false;
        core.Write(core.NextHeader, value, type);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool WriteDirectly(ref DirectProducer core, in ulong value, int type)
    {
        if (!core.HasRoom(sizeof(ulong)))
            return false;
        core.Write(core.NextHeader, value, type);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool ReadThroughSeam(ref SpscConsumerCore<DirectMemory> core, out ulong value)
    {
        SpscRecord record = core.Peek();
        if (!RecordLayout.IsPublishedWithLength(record.Header, sizeof(ulong)))
        {
            value = 0;
            return false;
        }

        value = core.TakeValue<ulong>(record);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool ReadDirectly(ref DirectConsumer core, out ulong value)
    {
        SpscRecord record = core.Peek();
        if (!RecordLayout.IsPublishedWithLength(record.Header, sizeof(ulong)))
        {
            value = 0;
            return false;
        }

        value = core.TakeValue(record);
        return true;
    }

    /// <summary>Runs every path once with real data; the sums show that the twins do the same work.</summary>
    public static int Run()
    {
        const int Messages = 100;
        RingGeometry geometry = RingGeometry.ForSpsc(1 << 16, 1024, 0);
        ulong throughSeam = 0;
        ulong direct = 0;
        byte* region = (byte*)NativeMemory.AlignedAlloc((nuint)geometry.TotalBytes, HeaderLayout.PageBytes);
        try
        {
            SpscMap map = Clear(region, geometry);
            SpscProducerCore<DirectMemory> producer = new(map, 0, 0);
            SpscConsumerCore<DirectMemory> consumer = new(map, 0, 0, 0);
            if (!producer.TryWrite(0UL, 0) || !ReadThroughSeam(ref consumer, out _))
                return 1;
            for (ulong i = 0; i < Messages; i++)
            {
                if (!WriteThroughSeam(ref producer, i, 0) || !ReadThroughSeam(ref consumer, out ulong value))
                    return 1;
                throughSeam += value;
            }

            map = Clear(region, geometry);
            DirectProducer directProducer = new(map, geometry.CapacityBytes / 2);
            DirectConsumer directConsumer = new(map);
            for (ulong i = 0; i < Messages; i++)
            {
                if (!WriteDirectly(ref directProducer, i, 0) || !ReadDirectly(ref directConsumer, out ulong value))
                    return 1;
                direct += value;
            }
        }
        finally
        {
            NativeMemory.AlignedFree(region);
        }

        return throughSeam == direct ? 0 : 1;
    }

    private static SpscMap Clear(byte* region, in RingGeometry geometry)
    {
        new Span<byte>(region, (int)geometry.TotalBytes).Clear();
        return new SpscMap(region, geometry);
    }
}
