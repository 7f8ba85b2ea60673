using System.Runtime.CompilerServices;

namespace RingShm.Prototypes;

/// <summary>
/// Vyukov's bounded queue for messages whose length is known at run time alone: what rings of bytes with many on each side are
/// measured against. Messages are copied in and read in place.
/// </summary>
/// <remarks>See <see cref="VyukovBounded{T}"/> for the layout; slots are padded to a multiple of 64.</remarks>
internal readonly unsafe struct VyukovBytes
{
    private const int ConsumerOffset = 128;
    private const int SlotsOffset = 256;
    private const int LineBytes = 64;

    private readonly byte* _memory;
    private readonly long _mask;
    private readonly long _slotBytes;

    public VyukovBytes(byte* memory, int slots, int messageBytes)
    {
        _memory = memory;
        _mask = slots - 1;
        _slotBytes = SlotBytesFor(messageBytes);
    }

    private ref long ProducerPosition => ref *(long*)_memory;

    private ref long ConsumerPosition => ref *(long*)(_memory + ConsumerOffset);

    public static long BytesFor(int slots, int messageBytes) => SlotsOffset + (slots * SlotBytesFor(messageBytes));

    /// <summary>Prepares zeroed memory; before anybody shares it.</summary>
    public void Initialize()
    {
        for (long i = 0; i <= _mask; i++)
            *(long*)SlotOf(i) = i;
    }

    public bool TryEnqueue(ReadOnlySpan<byte> message)
    {
        long position = Volatile.Read(ref ProducerPosition);
        while (true)
        {
            byte* slot = SlotOf(position);
            long ahead = Volatile.Read(ref *(long*)slot) - position;
            if (ahead < 0)
                return false;
            long found = ahead == 0
                ? Interlocked.CompareExchange(ref ProducerPosition, position + 1, position)
                : Volatile.Read(ref ProducerPosition);
            if (ahead == 0 && found == position)
            {
                message.CopyTo(new Span<byte>(slot + sizeof(long), message.Length));
                Volatile.Write(ref *(long*)slot, position + 1);
                return true;
            }

            position = found;
        }
    }

    /// <summary>Takes the next message; it stays readable until it is handed back with <see cref="Release"/>.</summary>
    public bool TryTake(out byte* message, out long position)
    {
        position = Volatile.Read(ref ConsumerPosition);
        while (true)
        {
            byte* slot = SlotOf(position);
            long ahead = Volatile.Read(ref *(long*)slot) - (position + 1);
            if (ahead < 0)
            {
                message = null;
                return false;
            }

            long found = ahead == 0
                ? Interlocked.CompareExchange(ref ConsumerPosition, position + 1, position)
                : Volatile.Read(ref ConsumerPosition);
            if (ahead == 0 && found == position)
            {
                message = slot + sizeof(long);
                return true;
            }

            position = found;
        }
    }

    public void Release(long position) => Volatile.Write(ref *(long*)SlotOf(position), position + _mask + 1);

    private static long SlotBytesFor(int messageBytes) => (sizeof(long) + (long)messageBytes + LineBytes - 1) / LineBytes * LineBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* SlotOf(long position) => _memory + SlotsOffset + ((position & _mask) * _slotBytes);
}
