using System.Runtime.CompilerServices;

namespace RingShm.Memory;

/// <summary>Production memory: each member is the one instruction it names.</summary>
internal readonly unsafe struct DirectMemory : IMemory
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Load(long* location, Edge edge) => *location;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LoadAcquire(long* location, Edge edge) => Volatile.Read(ref *location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(long* location, long value, Edge edge) => *location = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(long* location, long value, Edge edge) => Volatile.Write(ref *location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long CompareExchange(long* location, long value, long comparand, Edge edge) =>
        Interlocked.CompareExchange(ref *location, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence(Edge edge) => Interlocked.MemoryBarrier();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyIn(byte* destination, ReadOnlySpan<byte> source, Edge edge) =>
        source.CopyTo(new Span<byte>(destination, source.Length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyOut(byte* source, Span<byte> destination, Edge edge) =>
        new ReadOnlySpan<byte>(source, destination.Length).CopyTo(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(byte* destination, in T value, Edge edge) where T : unmanaged =>
        Unsafe.WriteUnaligned(destination, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* source, Edge edge) where T : unmanaged => Unsafe.ReadUnaligned<T>(source);
}
