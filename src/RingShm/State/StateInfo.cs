using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>Reads a state cell for monitors: snapshots of single words, nothing written.</summary>
internal static unsafe class StateInfo
{
    public static RingInfo Read(RingRegion region, in StateMap map)
    {
        RingGeometry geometry = region.Header.Geometry;
        List<ParticipantInfo> participants = [];
        for (int index = 0; index < map.RowCount; index++)
        {
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
            IsCompleted = false,
            ProducerPosition = 0,
            ConsumerPosition = 0,
            // V1 acquire: as participants read it. Pairs with V18.
            MessagesWritten = StateWord.VersionOf(DirectMemory.LoadAcquire(map.Current, Edge.V1)),
            MessagesRead = 0,
            ClaimsAborted = 0,
            MessagesRedelivered = 0,
            ProducerTakeovers = 0,
            ConsumerTakeovers = 0,
            ParticipantsRecovered = DirectMemory.Load(map.RowsSwept, Edge.V19),
            Producers = map.HasOneWriter ? Cardinality.One : Cardinality.Many,
            Consumers = map.HasOneReader ? Cardinality.One : Cardinality.Many,
            MaxParticipants = geometry.RowCount - StateLayout.FirstSharedRow,
            Participants = participants,
        };
    }
}
