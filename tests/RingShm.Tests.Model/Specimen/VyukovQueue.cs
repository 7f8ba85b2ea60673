using RingShm.Memory;

namespace RingShm.Tests.Model.Specimen;

/// <summary>
/// Dmitry Vyukov's bounded MPMC queue, written through the seam: the specimen that shows that the explorer carries queues with
/// many producers and consumers, and that it catches what this one cannot survive: a producer that dies between its claim
/// and its publication leaves a hole that belongs to nobody.
/// </summary>
/// <remarks>
/// Each slot has a sequence word: equal to the position when free for it, position + 1 when full, position + capacity when
/// free for the next lap. Positions are claimed by compare-and-swap before the slot is touched.
/// </remarks>
internal readonly unsafe struct VyukovQueue<TMemory>(long* words, int capacity)
    where TMemory : struct, IMemory
{
    /// <summary>Edges of this queue alone.</summary>
    public const Edge Position = (Edge)1000;
    public const Edge Claim = (Edge)1001;
    public const Edge LoadSequence = (Edge)1002;
    public const Edge Publish = (Edge)1003;
    public const Edge Free = (Edge)1004;
    public const Edge Payload = (Edge)1005;

    private const int FirstSlot = 4;
    private const int SlotWords = 2;

    private long* ProducerPosition => words;

    private long* ConsumerPosition => words + 1;

    /// <summary>Prepares the words; before anybody shares them.</summary>
    public void Initialize()
    {
        for (int i = 0; i < capacity; i++)
            *Sequence(i) = i;
    }

    public bool TryEnqueue(long value)
    {
        long position = TMemory.Load(ProducerPosition, Position);
        while (true)
        {
            long sequence = TMemory.LoadAcquire(Sequence(position), LoadSequence);
            if (sequence == position)
            {
                long found = TMemory.CompareExchange(ProducerPosition, position + 1, position, Claim);
                if (found == position)
                    break;
                position = found;
            }
            else if (sequence < position)
            {
                return false;
            }
            else
            {
                position = TMemory.Load(ProducerPosition, Position);
            }
        }

        TMemory.Write((byte*)(Sequence(position) + 1), value, Payload);
        TMemory.StoreRelease(Sequence(position), position + 1, Publish);
        return true;
    }

    public bool TryDequeue(out long value)
    {
        long position = TMemory.Load(ConsumerPosition, Position);
        while (true)
        {
            long sequence = TMemory.LoadAcquire(Sequence(position), LoadSequence);
            if (sequence == position + 1)
            {
                long found = TMemory.CompareExchange(ConsumerPosition, position + 1, position, Claim);
                if (found == position)
                    break;
                position = found;
            }
            else if (sequence < position + 1)
            {
                value = 0;
                return false;
            }
            else
            {
                position = TMemory.Load(ConsumerPosition, Position);
            }
        }

        value = TMemory.Read<long>((byte*)(Sequence(position) + 1), Payload);
        TMemory.StoreRelease(Sequence(position), position + capacity, Free);
        return true;
    }

    private long* Sequence(long position) => words + FirstSlot + (position % capacity * SlotWords);
}
