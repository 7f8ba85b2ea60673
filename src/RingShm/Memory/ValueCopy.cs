using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RingShm.Memory;

/// <summary>
/// Copies of 17 to 64 bytes whose length is a constant where they are inlined, so that each becomes a straight run of moves of
/// a chosen width. The last move overlaps the one before it. Which width where, and why it matters, is in docs/adr/0007.
/// </summary>
internal static class ValueCopy
{
    /// <summary>In 16-byte moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Vectors(ref byte to, ref byte from, nuint bytes)
    {
        nuint last = bytes - (nuint)Vector128<byte>.Count;
        Vector128<byte> tail = Vector128.LoadUnsafe(ref from, last);
        Vector128.LoadUnsafe(ref from).StoreUnsafe(ref to);
        if (bytes > 32)
            Vector128.LoadUnsafe(ref from, 16).StoreUnsafe(ref to, 16);
        if (bytes > 48)
            Vector128.LoadUnsafe(ref from, 32).StoreUnsafe(ref to, 32);
        tail.StoreUnsafe(ref to, last);
    }

    /// <summary>In 8-byte moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Words(ref byte to, ref byte from, nuint bytes)
    {
        Word(ref to, ref from, 0);
        Word(ref to, ref from, 8);
        if (bytes > 24)
            Word(ref to, ref from, 16);
        if (bytes > 32)
            Word(ref to, ref from, 24);
        if (bytes > 40)
            Word(ref to, ref from, 32);
        if (bytes > 48)
            Word(ref to, ref from, 40);
        if (bytes > 56)
            Word(ref to, ref from, 48);
        Word(ref to, ref from, bytes - sizeof(ulong));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Word(ref byte to, ref byte from, nuint at) =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, at)));
}
