using RingShm.Memory;

namespace RingShm.Tests;

/// <summary>Plain memory that remembers in which order a thread stored what: publication order is a promise.</summary>
internal readonly unsafe struct RecordingMemory : IMemory
{
    [ThreadStatic]
    private static List<(nint Address, Edge Edge)>? t_stores;

    /// <summary>Every store of the action, compare-and-swaps that succeeded among them, in order.</summary>
    public static List<(nint Address, Edge Edge)> Record(Action action)
    {
        List<(nint Address, Edge Edge)> stores = t_stores = [];
        action();
        t_stores = null;
        return stores;
    }

    public static long Load(long* location, Edge edge) => DirectMemory.Load(location, edge);

    public static long LoadAcquire(long* location, Edge edge) => DirectMemory.LoadAcquire(location, edge);

    public static void Store(long* location, long value, Edge edge)
    {
        t_stores?.Add(((nint)location, edge));
        DirectMemory.Store(location, value, edge);
    }

    public static void StoreRelease(long* location, long value, Edge edge)
    {
        t_stores?.Add(((nint)location, edge));
        DirectMemory.StoreRelease(location, value, edge);
    }

    public static long CompareExchange(long* location, long value, long comparand, Edge edge)
    {
        long found = DirectMemory.CompareExchange(location, value, comparand, edge);
        if (found == comparand)
            t_stores?.Add(((nint)location, edge));
        return found;
    }

    public static void Fence(Edge edge) => DirectMemory.Fence(edge);

    public static void LoadFence(Edge edge) => DirectMemory.LoadFence(edge);

    public static void StoreFence(Edge edge) => DirectMemory.StoreFence(edge);

    public static void CopyIn(byte* destination, ReadOnlySpan<byte> source, Edge edge)
    {
        t_stores?.Add(((nint)destination, edge));
        DirectMemory.CopyIn(destination, source, edge);
    }

    public static void CopyOut(byte* source, Span<byte> destination, Edge edge) => DirectMemory.CopyOut(source, destination, edge);

    public static void Write<T>(byte* destination, in T value, Edge edge)
        where T : unmanaged
    {
        t_stores?.Add(((nint)destination, edge));
        DirectMemory.Write(destination, value, edge);
    }

    public static T Read<T>(byte* source, Edge edge)
        where T : unmanaged => DirectMemory.Read<T>(source, edge);

    public static void Read<T>(byte* source, out T value, Edge edge)
        where T : unmanaged => value = DirectMemory.Read<T>(source, edge);
}
