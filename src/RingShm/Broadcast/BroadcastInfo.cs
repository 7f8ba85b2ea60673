using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Broadcast;

/// <summary>Reads a broadcast ring for monitors: snapshots of single words, nothing written.</summary>
internal static unsafe class BroadcastInfo
{
    public static RingInfo Read(RingRegion region, in BroadcastMap map)
    {
        RingGeometry geometry = region.Header.Geometry;
        // B1 acquire: before the writer position, which is never behind it. A snapshot: the words are not checked.
        long oldest = DirectMemory.LoadAcquire(map.RetainedPosition(DirectMemory.Load(map.RetainedStep, Edge.B1)), Edge.B1);
        long slowest = long.MaxValue;
        long written = 0;
        long read = 0;
        long aborted = 0;
        long lost = 0;
        List<ParticipantInfo> participants = [];
        for (int index = 0; index < map.Slots.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            written += DirectMemory.Load(row.MessagesWritten, Edge.M20);
            read += DirectMemory.Load(row.MessagesRead, Edge.M20);
            aborted += DirectMemory.Load(row.ClaimsAborted, Edge.M20);
            lost += DirectMemory.Load(row.MessagesLost, Edge.M20);
            // B5 acquire: as writers read it.
            long cursor = DirectMemory.LoadAcquire(row.Cursor, Edge.B5);
            if (cursor != RowLayout.NoCursor)
                slowest = Math.Min(slowest, RowLayout.PositionOf(cursor));
            if (RowLease.Describe(region, index) is not { } participant)
                continue;
            participants.Add(participant.Role != ParticipantRole.Consumer ? participant : participant with
            {
                Position = cursor == RowLayout.NoCursor ? null : unchecked(RowLayout.PositionOf(cursor) * map.Slots.GranuleBytes),
                MessagesLost = DirectMemory.Load(row.MessagesLost, Edge.M20),
                // B12 acquire: as writers read it.
                IsEvicted = DirectMemory.LoadAcquire(row.Evicted, Edge.B12) != 0,
            });
        }

        // M1 acquire: as writers read it, and last, so that it is not behind what was seen of readers.
        long writerPosition = DirectMemory.LoadAcquire(map.WriterPosition, Edge.M1);
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
            IsCompleted = DirectMemory.LoadAcquire(map.Slots.Completed, Edge.S13) != 0,
            ProducerPosition = unchecked(writerPosition * map.Slots.GranuleBytes),
            ConsumerPosition = unchecked(Math.Min(slowest, writerPosition) * map.Slots.GranuleBytes),
            RetainedPosition = unchecked(oldest * map.Slots.GranuleBytes),
            MessagesWritten = written,
            MessagesRead = read,
            ClaimsAborted = aborted,
            MessagesRedelivered = 0,
            MessagesLost = lost,
            ProducerTakeovers = 0,
            ConsumerTakeovers = 0,
            ClaimsRecovered = DirectMemory.Load(map.Slots.ClaimsRecovered, Edge.M20),
            ReadersEvicted = DirectMemory.Load(map.ReadersEvicted, Edge.M20),
            ParticipantsRecovered = DirectMemory.Load(map.Slots.RowsSwept, Edge.M20),
            MaxParticipants = geometry.RowCount - MpmcLayout.FirstSharedRow,
            Producers = map.Slots.HasOneProducer ? Cardinality.One : Cardinality.Many,
            Consumers = Cardinality.Many,
            Delivery = map.IsLossy ? BroadcastDelivery.Lossy : BroadcastDelivery.Reliable,
            SlowReaders = map.IsLossy ? SlowReaderPolicy.Default
                : map.EvictsSlowReaders ? SlowReaderPolicy.Evict
                : SlowReaderPolicy.HoldWriters,
            Participants = participants,
        };
    }
}
