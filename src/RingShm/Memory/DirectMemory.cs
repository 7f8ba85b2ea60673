using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    public static void LoadFence(Edge edge) => Volatile.ReadBarrier();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFence(Edge edge) => Volatile.WriteBarrier();

    /// <summary>
    /// Payloads of 8 to 64 bytes, the common small messages, go in two overlapping moves without a call.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyIn(byte* destination, ReadOnlySpan<byte> source, Edge edge)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        nuint length = (uint)source.Length;
        if (length - (nuint)Vector256<byte>.Count <= (nuint)Vector256<byte>.Count)
        {
            nuint last = length - (nuint)Vector256<byte>.Count;
            Vector256<byte> head = Vector256.LoadUnsafe(ref from);
            Vector256<byte> tail = Vector256.LoadUnsafe(ref from, last);
            head.Store(destination);
            tail.Store(destination + last);
        }
        else if (length - (nuint)Vector128<byte>.Count <= (nuint)Vector128<byte>.Count)
        {
            nuint last = length - (nuint)Vector128<byte>.Count;
            Vector128<byte> head = Vector128.LoadUnsafe(ref from);
            Vector128<byte> tail = Vector128.LoadUnsafe(ref from, last);
            head.Store(destination);
            tail.Store(destination + last);
        }
        else if (length - sizeof(ulong) <= sizeof(ulong))
        {
            nuint last = length - sizeof(ulong);
            ulong head = Unsafe.ReadUnaligned<ulong>(ref from);
            ulong tail = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, last));
            Unsafe.WriteUnaligned(destination, head);
            Unsafe.WriteUnaligned(destination + last, tail);
        }
        else
        {
            source.CopyTo(new Span<byte>(destination, source.Length));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyOut(byte* source, Span<byte> destination, Edge edge) =>
        new ReadOnlySpan<byte>(source, destination.Length).CopyTo(destination);

    /// <summary>
    /// Values of up to 64 bytes go in words: whoever has just filled a value did so field by field, and a wide load over several
    /// fresh stores cannot be served from the store buffer; it waits until they are in the cache, behind all stores to the ring.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(byte* destination, in T value, Edge edge) where T : unmanaged
    {
        if (sizeof(T) is > 16 and <= 64)
            ValueCopy.Words(ref *destination, ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in value)), (nuint)sizeof(T));
        else
            Unsafe.WriteUnaligned(destination, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* source, Edge edge) where T : unmanaged => Unsafe.ReadUnaligned<T>(source);

    /// <summary>
    /// Values of up to 64 bytes go in 16-byte moves: a variable of the caller's is aligned to that at best, and a wider store that
    /// crosses a cache line cannot serve the reads that follow it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<T>(byte* source, out T value, Edge edge) where T : unmanaged
    {
        if (sizeof(T) is > 16 and <= 64)
        {
            Unsafe.SkipInit(out value);
            ValueCopy.Vectors(ref Unsafe.As<T, byte>(ref value), ref *source, (nuint)sizeof(T));
        }
        else
        {
            value = Unsafe.ReadUnaligned<T>(source);
        }
    }
}
