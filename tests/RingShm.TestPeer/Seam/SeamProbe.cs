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
    public static long WriteThroughSeam(ref SpscProducerCore<DirectMemory> core, long position, in ulong value, int type) =>
        core.PutAt(position, value, type);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long WriteDirectly(ref DirectProducer core, long position, in ulong value, int type) =>
        core.PutAt(position, value, type);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long ReadThroughSeam(ref SpscConsumerCore<DirectMemory> core, long position, out ulong value, out long header) =>
        core.TakeAt(position, out value, out header);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long ReadDirectly(ref DirectConsumer core, long position, out ulong value, out long header) =>
        core.TakeAt(position, out value, out header);

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
            // The shipped producer has yet to look how much room there is; the twin is told.
            if (producer.TryReserve(sizeof(ulong)) == null)
                return 1;
            long written = 0;
            long read = 0;
            for (ulong i = 0; i < Messages; i++)
            {
                written = WriteThroughSeam(ref producer, written, i, 0);
                read = ReadThroughSeam(ref consumer, read, out ulong value, out _);
                throughSeam += value;
                if (written != (long)(i + 1) * 16 || read != written)
                    return 1;
            }

            map = Clear(region, geometry);
            DirectProducer directProducer = new(map, geometry.CapacityBytes / 2);
            DirectConsumer directConsumer = new(map);
            written = read = 0;
            for (ulong i = 0; i < Messages; i++)
            {
                written = WriteDirectly(ref directProducer, written, i, 0);
                read = ReadDirectly(ref directConsumer, read, out ulong value, out _);
                direct += value;
                if (written != (long)(i + 1) * 16 || read != written)
                    return 1;
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
