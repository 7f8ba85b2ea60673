using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RingShm.Memory;

/// <summary>
/// Copies of long payloads past the cache of who writes them. A plain store first fetches the line that it overwrites, here from the cache of
/// the reader of the lap before, and later the reader fetches it back from the writer's: a message as long as a cache crosses three times.
/// A store past the cache crosses once. For shorter ones, which are still in the cache when they are read, it is the dearer way.
/// What it gives and costs is in docs/adr/0011.
/// </summary>
internal static unsafe class StreamingCopy
{
    /// <summary>From this length on.</summary>
    public const int FromBytes = 512 << 10;

    private const int LineBytes = 64;

    /// <summary>Copies at least <see cref="LineBytes"/>; what is copied is ordered as plain stores would be.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Copy(byte* to, ref byte source, nuint bytes)
    {
        fixed (byte* from = &source)
        {
            if (Sse2.IsSupported)
                CopyPast(to, from, bytes);
            else
                Buffer.MemoryCopy(from, to, bytes, bytes);
        }
    }

    private static void CopyPast(byte* to, byte* from, nuint bytes)
    {
        // Whole lines only: a line that is written in part past the cache costs several times a whole one.
        nuint before = (LineBytes - ((nuint)to % LineBytes)) % LineBytes;
        nuint end = before + ((bytes - before) / LineBytes * LineBytes);
        Unsafe.CopyBlockUnaligned(to, from, (uint)before);
        if (Vector256.IsHardwareAccelerated)
        {
            for (nuint i = before; i < end; i += LineBytes)
            {
                Vector256<byte> first = Vector256.Load(from + i);
                Vector256<byte> second = Vector256.Load(from + i + Vector256<byte>.Count);
                first.StoreAlignedNonTemporal(to + i);
                second.StoreAlignedNonTemporal(to + i + Vector256<byte>.Count);
            }
        }
        else
        {
            for (nuint i = before; i < end; i += (nuint)Vector128<byte>.Count)
                Vector128.Load(from + i).StoreAlignedNonTemporal(to + i);
        }

        Unsafe.CopyBlockUnaligned(to + end, from + end, (uint)(bytes - end));
        // Stores past the cache are not ordered with the stores that follow; this orders them, so that a release covers them as any others.
        Sse.StoreFence();
    }
}
