using System.Runtime.CompilerServices;
using RingShm.Memory;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// Shared memory that kills its process at one chosen access, before the access is made. Payload copies count twice, at their
/// start and half-way, so that a torn copy is among the ends.
/// </summary>
internal readonly unsafe struct KillingMemory : IMemory
{
    /// <summary>The access to die at; 0 for none.</summary>
    public static long DieAt { get; set; }

    /// <summary>Stops its process there instead, until somebody continues it.</summary>
    public static bool OnlyStops { get; set; }

    /// <summary>Accesses made so far while armed.</summary>
    public static long Accesses { get; private set; }

    /// <summary>What comes before the operation under test does not count.</summary>
    public static bool IsArmed { get; set; }

    public static long Load(long* location, Edge edge)
    {
        Step();
        return DirectMemory.Load(location, edge);
    }

    public static long LoadAcquire(long* location, Edge edge)
    {
        Step();
        return DirectMemory.LoadAcquire(location, edge);
    }

    public static void Store(long* location, long value, Edge edge)
    {
        Step();
        DirectMemory.Store(location, value, edge);
    }

    public static void StoreRelease(long* location, long value, Edge edge)
    {
        Step();
        DirectMemory.StoreRelease(location, value, edge);
    }

    public static long CompareExchange(long* location, long value, long comparand, Edge edge)
    {
        Step();
        return DirectMemory.CompareExchange(location, value, comparand, edge);
    }

    public static void Fence(Edge edge)
    {
        Step();
        DirectMemory.Fence(edge);
    }

    public static void LoadFence(Edge edge)
    {
        Step();
        DirectMemory.LoadFence(edge);
    }

    public static void StoreFence(Edge edge)
    {
        Step();
        DirectMemory.StoreFence(edge);
    }

    public static void CopyIn(byte* destination, ReadOnlySpan<byte> source, Edge edge)
    {
        int half = source.Length / 2;
        Step();
        DirectMemory.CopyIn(destination, source[..half], edge);
        Step();
        DirectMemory.CopyIn(destination + half, source[half..], edge);
    }

    public static void CopyOut(byte* source, Span<byte> destination, Edge edge)
    {
        Step();
        DirectMemory.CopyOut(source, destination, edge);
    }

    public static void Write<T>(byte* destination, in T value, Edge edge) where T : unmanaged
    {
        fixed (T* bytes = &value)
            CopyIn(destination, new ReadOnlySpan<byte>(bytes, sizeof(T)), edge);
    }

    public static T Read<T>(byte* source, Edge edge) where T : unmanaged
    {
        Step();
        return DirectMemory.Read<T>(source, edge);
    }

    public static void Read<T>(byte* source, out T value, Edge edge) where T : unmanaged
    {
        Step();
        DirectMemory.Read(source, out value, edge);
    }

    /// <summary>A moment to die at that is no access.</summary>
    public static void Pass() => Step();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Step()
    {
        if (!IsArmed || ++Accesses != DieAt)
            return;
        if (OnlyStops)
            Suicide.Stop();
        else
            Suicide.Now();
    }
}
