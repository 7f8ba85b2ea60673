using System.Diagnostics.CodeAnalysis;

namespace RingShm;

/// <summary>Keeps the building of exceptions out of the methods that the JIT inlines.</summary>
internal static class ThrowHelper
{
    [DoesNotReturn]
    public static void MessageTooLarge(long lengthBytes, long maxMessageBytes) =>
        throw new MessageTooLargeException(lengthBytes, maxMessageBytes);

    [DoesNotReturn]
    public static void Completed() => throw new RingCompletedException();

    [DoesNotReturn]
    public static void Drained() => throw new RingCompletedException("The ring was completed, and every message in it was taken.");

    [DoesNotReturn]
    public static void Corrupt(string what) => throw new RingCorruptException(what);

    [DoesNotReturn]
    public static void CorruptHeader(long position, long header) => throw new RingCorruptException(
        $"The record header at position {position} is 0x{header:X16}, which no producer of this ring writes.");

    [DoesNotReturn]
    public static void CorruptSlot(long position, long word) => throw new RingCorruptException(
        $"The slot word at position {position} is 0x{word:X16}, which no participant of this ring writes there.");

    [DoesNotReturn]
    public static void CorruptRecord(long position, int lengthBytes) => throw new RingCorruptException(
        $"The record at position {position} gives a length of {lengthBytes} bytes, which no producer of this ring writes there.");

    [DoesNotReturn]
    public static void CorruptPosition(string which, long position, string expected) => throw new RingCorruptException(
        $"The {which} position is {position}; expected {expected}.");

    [DoesNotReturn]
    public static void CorruptState(string what, long found, string expected) => throw new RingCorruptException(
        $"The state cell's {what} is 0x{found:X}; expected {expected}.");

    [DoesNotReturn]
    public static void ClaimOver() =>
        throw new InvalidOperationException("This claim was committed or aborted already.");
}
