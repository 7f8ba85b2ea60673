using System.Runtime.CompilerServices;
using RingShm.Memory;

namespace RingShm.Tests.Model.Engine;

/// <summary>The seam under the explorer: every member is a scheduling point, a kill point and an entry in a weak-memory history.</summary>
internal readonly unsafe struct ModelMemory : IMemory
{
    public static long Load(long* location, Edge edge) => Run.Load(Me, location, edge, acquire: false);

    public static long LoadAcquire(long* location, Edge edge) => Run.Load(Me, location, edge, acquire: true);

    public static void Store(long* location, long value, Edge edge) => Run.Store(Me, location, value, edge, release: false);

    public static void StoreRelease(long* location, long value, Edge edge) => Run.Store(Me, location, value, edge, release: true);

    public static long CompareExchange(long* location, long value, long comparand, Edge edge) =>
        Run.CompareExchange(Me, location, value, comparand, edge);

    public static void Fence(Edge edge) => Run.Fence(Me, edge);

    public static void LoadFence(Edge edge) => Run.LoadFence(Me, edge);

    public static void StoreFence(Edge edge) => Run.StoreFence(Me, edge);

    public static void CopyIn(byte* destination, ReadOnlySpan<byte> source, Edge edge) => Run.CopyIn(Me, destination, source, edge);

    public static void CopyOut(byte* source, Span<byte> destination, Edge edge) => Run.CopyOut(Me, source, destination, edge);

    public static void Write<T>(byte* destination, in T value, Edge edge)
        where T : unmanaged
    {
        T copy = value;
        Run.CopyIn(Me, destination, new ReadOnlySpan<byte>(&copy, sizeof(T)), edge);
    }

    public static T Read<T>(byte* source, Edge edge)
        where T : unmanaged
    {
        Unsafe.SkipInit(out T value);
        Run.CopyOut(Me, source, new Span<byte>(&value, sizeof(T)), edge);
        return value;
    }

    public static void Read<T>(byte* source, out T value, Edge edge)
        where T : unmanaged => value = Read<T>(source, edge);

    private static ModelThread Me => ModelThread.Current;

    private static Execution Run => ModelThread.Current.Execution;
}
