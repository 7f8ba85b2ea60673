using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>Reads an MPMC ring for monitors: snapshots of single words, nothing written.</summary>
internal static unsafe class MpmcInfo
{
    public static RingInfo Read(RingRegion region, in MpmcMap map)
    {
        RingGeometry geometry = region.Header.Geometry;
        // M8 before M1, both acquire: the consumer position only grows, so this order never shows more than the ring can hold.
        long consumerPosition = DirectMemory.LoadAcquire(map.ConsumerPosition, Edge.M8);
        // M1 acquire: as producers read it.
        long producerPosition = DirectMemory.LoadAcquire(map.ProducerPosition, Edge.M1);
        long written = 0;
        long read = 0;
        long aborted = 0;
        long redelivered = 0;
        List<ParticipantInfo> participants = [];
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            written += DirectMemory.Load(row.MessagesWritten, Edge.M20);
            read += DirectMemory.Load(row.MessagesRead, Edge.M20);
            aborted += DirectMemory.Load(row.ClaimsAborted, Edge.M20);
            redelivered += DirectMemory.Load(row.MessagesRedelivered, Edge.M20);
            if (RowLease.Describe(region, index) is { } participant)
                participants.Add(participant);
        }

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
            ProducerPosition = unchecked(producerPosition * map.GranuleBytes),
            ConsumerPosition = unchecked(consumerPosition * map.GranuleBytes),
            MessagesWritten = written,
            MessagesRead = read,
            ClaimsAborted = aborted,
            MessagesRedelivered = redelivered,
            ProducerTakeovers = 0,
            ConsumerTakeovers = 0,
            ClaimsRecovered = DirectMemory.Load(map.ClaimsRecovered, Edge.M20),
            LeasesRecovered = DirectMemory.Load(map.LeasesRecovered, Edge.M20),
            MessagesDropped = DirectMemory.Load(map.MessagesDropped, Edge.M20),
            ParticipantsRecovered = DirectMemory.Load(map.RowsSwept, Edge.M20),
            Producers = geometry.HasOneProducer ? Cardinality.One : Cardinality.Many,
            Consumers = geometry.HasOneConsumer ? Cardinality.One : Cardinality.Many,
            DeadConsumers = geometry.DropsWhatTheDeadHeld ? DeadConsumerPolicy.Drop : DeadConsumerPolicy.Redeliver,
            MaxParticipants = geometry.RowCount - MpmcLayout.FirstSharedRow,
            Participants = participants,
        };
    }
}
