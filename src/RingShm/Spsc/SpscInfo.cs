using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>Reads an SPSC ring for monitors: snapshots of single words, nothing written.</summary>
internal static unsafe class SpscInfo
{
    public static RingInfo Read(RingRegion region, in SpscMap map)
    {
        RingGeometry geometry = region.Header.Geometry;
        // S7 before S9, both acquire: the consumer position only grows, so this order never shows more than the ring can hold.
        long consumerPosition = DirectMemory.LoadAcquire(map.ConsumerPosition, Edge.S7);
        long producerPosition = DirectMemory.LoadAcquire(map.ProducerPosition, Edge.S9);
        long messages = DirectMemory.Load(map.ProducerMessages, Edge.S14);
        CountOn(map, ref producerPosition, ref messages);
        return new RingInfo
        {
            Name = region.DisplayName,
            Kind = geometry.Kind,
            CapacityBytes = geometry.CapacityBytes,
            MaxMessageBytes = geometry.MaxMessageBytes,
            FixedMessageBytes = geometry.FixedMessageBytes,
            TotalBytes = geometry.TotalBytes,
            CreatedAt = UnixTime.FromMicroseconds(region.Header.CreationTimeUnixMicroseconds),
            CreationId = region.Header.CreationId,
            // S13 acquire: as the handles read it. Pairs with S12.
            IsCompleted = DirectMemory.LoadAcquire(map.Completed, Edge.S13) != 0,
            ProducerPosition = producerPosition,
            ConsumerPosition = consumerPosition,
            MessagesWritten = messages,
            MessagesRead = DirectMemory.Load(map.ConsumerMessages, Edge.S14),
            ClaimsAborted = DirectMemory.Load(map.ProducerAborted, Edge.S14),
            MessagesRedelivered = DirectMemory.Load(map.ConsumerRedelivered, Edge.S14),
            ProducerTakeovers = DirectMemory.Load(map.ProducerTakeovers, Edge.S14),
            ConsumerTakeovers = DirectMemory.Load(map.ConsumerTakeovers, Edge.S14),
            Producers = Cardinality.One,
            Consumers = Cardinality.One,
            DeadConsumers = DeadConsumerPolicy.Redeliver,
            MaxParticipants = geometry.RowCount,
            Participants = [.. Enumerable.Range(0, geometry.RowCount).Select(row => RowLease.Describe(region, row)).OfType<ParticipantInfo>()],
        };
    }

    /// <summary>
    /// Goes on from the stored position, which trails, to the last published record: exact for a ring at rest. In a moving ring
    /// the bytes may be written anew under the walk; it ends at the first word that is no header, or after a lap.
    /// </summary>
    private static void CountOn(in SpscMap map, ref long position, ref long messages)
    {
        for (long walked = 0; walked < map.CapacityBytes;)
        {
            // S4 acquire: as the consumer reads it. Pairs with S3.
            long header = DirectMemory.LoadAcquire(map.HeaderAt(position), Edge.S4);
            if (!RecordLayout.IsPublished(header, map.MaxMessageBytes))
                return;
            long size = RecordLayout.SizeOf(RecordLayout.LengthOf(header));
            walked += size;
            position += size;
            messages++;
        }
    }
}
