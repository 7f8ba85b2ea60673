using System.Runtime.CompilerServices;

namespace RingShm.Layout;

/// <summary>Packs and unpacks a state cell's words; drawn at <see cref="StateLayout"/> and <see cref="StateRowLayout"/>.</summary>
internal static class StateWord
{
    public const int BufferBits = 14;
    public const long BufferMask = (1L << BufferBits) - 1;

    /// <summary>The last version: 50 bits. It is never passed.</summary>
    public const long MaxVersion = (1L << 50) - 1;

    private const int PinStateBits = 2;
    private const int TurnShift = 16;
    private const long PinStateMask = (1L << PinStateBits) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Current(long version, int buffer) => (version << BufferBits) | (uint)buffer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long VersionOf(long current) => (long)((ulong)current >> BufferBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BufferOf(long current) => (int)(current & BufferMask);

    public static long Idle(long turn) => turn << TurnShift;

    public static long Choosing(long turn) => (turn << TurnShift) | (long)PinState.Choosing;

    public static long Pinned(long turn, int buffer) => (turn << TurnShift) | ((long)buffer << PinStateBits) | (long)PinState.Pinned;

    public static long TurnOf(long pin) => (long)((ulong)pin >> TurnShift);

    public static int PinnedBufferOf(long pin) => (int)((pin >> PinStateBits) & BufferMask);

    public static PinState StateOf(long pin) => (PinState)(pin & PinStateMask);
}

/// <summary>What a row's pin says of its owner.</summary>
internal enum PinState
{
    /// <summary>It keeps no buffer.</summary>
    Idle = 0,

    /// <summary>It is about to keep whichever buffer is current; who looks for a buffer to write settles which.</summary>
    Choosing = 1,

    /// <summary>It reads a buffer, which nobody may write meanwhile.</summary>
    Pinned = 2,
}
