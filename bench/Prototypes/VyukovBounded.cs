using System.Runtime.CompilerServices;

namespace RingShm.Prototypes;

/// <summary>
/// Dmitry Vyukov's bounded MPMC queue over memory that the caller provides: the yardstick that MPMC rings are measured against.
/// It is as fast as a queue of its kind gets in C#, and it survives no death: a producer that ends between its claim and its
/// publication leaves a hole that belongs to nobody.
/// </summary>
/// <remarks>
/// <code>
///  +0     producer position                 a slot: | sequence | message ...... |
///  +128   consumer position                 sequence = position        free for this position
///  +256   slots, a power of two                      = position + 1    full
///                                                    = position + slots free for the next lap
/// </code>
/// An 8-byte message and its sequence word make 16 bytes, four slots a line. Longer ones are padded to a multiple of 64, so
/// that no two slots share a line.
/// </remarks>
internal unsafe struct VyukovBounded<T>
    where T : unmanaged
{
    private const int ConsumerOffset = 128;
    private const int SlotsOffset = 256;
    private const int LineBytes = 64;

    private readonly long* _producerPosition;
    private readonly long* _consumerPosition;
    private readonly byte* _slots;
    private readonly long _mask;

    public VyukovBounded(byte* memory, int slots)
    {
        _producerPosition = (long*)memory;
        _consumerPosition = (long*)(memory + ConsumerOffset);
        _slots = memory + SlotsOffset;
        _mask = slots - 1;
    }

    private static int SlotBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(T) <= sizeof(long) ? sizeof(long) * 2 : (sizeof(long) + sizeof(T) + LineBytes - 1) / LineBytes * LineBytes;
    }

    public static long BytesFor(int slots) => SlotsOffset + ((long)slots * SlotBytes);

    /// <summary>Prepares zeroed memory; before anybody shares it.</summary>
    public static void Initialize(byte* memory, int slots)
    {
        for (long i = 0; i < slots; i++)
            *(long*)(memory + SlotsOffset + (i * SlotBytes)) = i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryEnqueue(in T message)
    {
        long position = Volatile.Read(ref *_producerPosition);
        byte* slot;
        while (true)
        {
            slot = SlotOf(position);
            long ahead = Volatile.Read(ref *(long*)slot) - position;
            if (ahead == 0)
            {
                long found = Interlocked.CompareExchange(ref *_producerPosition, position + 1, position);
                if (found == position)
                    break;
                position = found;
            }
            else if (ahead < 0)
            {
                return false;
            }
            else
            {
                position = Volatile.Read(ref *_producerPosition);
            }
        }

        Unsafe.WriteUnaligned(slot + sizeof(long), message);
        Volatile.Write(ref *(long*)slot, position + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryDequeue(out T message)
    {
        long position = Volatile.Read(ref *_consumerPosition);
        byte* slot;
        while (true)
        {
            slot = SlotOf(position);
            long ahead = Volatile.Read(ref *(long*)slot) - (position + 1);
            if (ahead == 0)
            {
                long found = Interlocked.CompareExchange(ref *_consumerPosition, position + 1, position);
                if (found == position)
                    break;
                position = found;
            }
            else if (ahead < 0)
            {
                message = default;
                return false;
            }
            else
            {
                position = Volatile.Read(ref *_consumerPosition);
            }
        }

        message = Unsafe.ReadUnaligned<T>(slot + sizeof(long));
        Volatile.Write(ref *(long*)slot, position + _mask + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* SlotOf(long position) => _slots + ((position & _mask) * SlotBytes);
}
