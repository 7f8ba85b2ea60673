using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>
/// How a producer or a consumer starts: where its predecessor, alive no longer or gone in peace, left off. The caller owns the
/// role's row, so nobody else moves that side's words.
/// </summary>
internal static unsafe class SpscRoles<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>
    /// A producer continues after the last published record. The stored producer position trails; the walk over published
    /// headers finds the rest.
    /// </summary>
    public static SpscProducerCore<TMemory> StartProducer(in SpscMap map, bool predecessorDied)
    {
        // S7, S9 acquire: both may be stale by now, but neither goes back.
        long consumerPosition = TMemory.LoadAcquire(map.ConsumerPosition, Edge.S7);
        long stored = TMemory.LoadAcquire(map.ProducerPosition, Edge.S9);
        CheckPositions(map, consumerPosition, stored);
        long end = FindEnd(map, stored, Math.Min(stored, consumerPosition), out long walked);
        if (end < consumerPosition)
            ThrowHelper.CorruptPosition("consumer", consumerPosition, $"at most {end}, where the records end");
        long messages = TMemory.Load(map.ProducerMessages, Edge.S14) + walked;
        TMemory.Store(map.ProducerPosition, end, Edge.S8);
        TMemory.Store(map.ProducerMessages, messages, Edge.S14);
        if (predecessorDied)
            TMemory.Store(map.ProducerTakeovers, TMemory.Load(map.ProducerTakeovers, Edge.S14) + 1, Edge.S14);
        return new SpscProducerCore<TMemory>(map, end, messages);
    }

    /// <summary>
    /// A consumer continues at the last released position. If its predecessor died, whatever that one may have been handed
    /// but did not release is flagged: the noted end of its batch, or the one record that a single lease could have held.
    /// The mark is stored, so that it outlives this consumer too.
    /// </summary>
    public static SpscConsumerCore<TMemory> StartConsumer(in SpscMap map, bool predecessorDied)
    {
        // S7, S9 acquire: our own side's word is stable, we own the row; the producer's may move on.
        long consumerPosition = TMemory.LoadAcquire(map.ConsumerPosition, Edge.S7);
        CheckPositions(map, consumerPosition, TMemory.LoadAcquire(map.ProducerPosition, Edge.S9));
        long redeliverBelow = TMemory.Load(map.RedeliverBelow, Edge.S11);
        if (predecessorDied)
        {
            redeliverBelow = Math.Max(redeliverBelow, TMemory.Load(map.DeliveredThrough, Edge.S11));
            // S4 acquire: a header that is still zero cannot have been delivered to the dead.
            if (TMemory.LoadAcquire(map.HeaderAt(consumerPosition), Edge.S4) != RecordLayout.Unpublished)
                redeliverBelow = Math.Max(redeliverBelow, consumerPosition + 1);
            TMemory.Store(map.RedeliverBelow, redeliverBelow, Edge.S11);
            TMemory.Store(map.ConsumerTakeovers, TMemory.Load(map.ConsumerTakeovers, Edge.S14) + 1, Edge.S14);
        }

        return new SpscConsumerCore<TMemory>(map, consumerPosition, redeliverBelow, TMemory.Load(map.ConsumerMessages, Edge.S14));
    }

    /// <summary>
    /// The position after the last published record at or after <paramref name="start"/>. At most one lap from
    /// <paramref name="oldest"/>, the first position whose record nobody can have written over: the producer stores its position
    /// whenever it looks at the consumer's, so it never gets a lap ahead of either. A ring whose headers never end is corrupt.
    /// </summary>
    public static long FindEnd(in SpscMap map, long start, long oldest, out long records)
    {
        long position = start;
        long limit = oldest + map.CapacityBytes - RecordLayout.HeaderBytes;
        for (records = 0; position <= limit; records++)
        {
            // S4 acquire: as the consumer reads it. Pairs with S3.
            long header = TMemory.LoadAcquire(map.HeaderAt(position), Edge.S4);
            if (header == RecordLayout.Unpublished)
                return position;
            if (!RecordLayout.IsPublished(header, map.MaxMessageBytes))
                ThrowHelper.CorruptHeader(position, header);
            position += RecordLayout.SizeOf(RecordLayout.LengthOf(header));
        }

        ThrowHelper.Corrupt(
            $"The records from position {start} run past {limit}, the last position that a header of this ring can have.");
        return position;
    }

    /// <summary>
    /// Refuses positions that no protocol step produces. The stored producer position may trail the consumer's.
    /// </summary>
    public static void CheckPositions(in SpscMap map, long consumerPosition, long producerPosition)
    {
        if (consumerPosition < 0 || consumerPosition % RecordLayout.AlignmentBytes != 0 || consumerPosition > MaxPosition)
            ThrowHelper.CorruptPosition("consumer", consumerPosition, "a multiple of 8 from 0 to 2^62");
        if (producerPosition < 0 || producerPosition % RecordLayout.AlignmentBytes != 0
            || Math.Abs(producerPosition - consumerPosition) > map.CapacityBytes)
        {
            ThrowHelper.CorruptPosition(
                "producer", producerPosition, $"a multiple of 8 within the capacity of the consumer position {consumerPosition}");
        }
    }

    private const long MaxPosition = 1L << 62;
}
