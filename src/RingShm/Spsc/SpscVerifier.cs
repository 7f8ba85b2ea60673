using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Memory;

namespace RingShm.Spsc;

/// <summary>Checks an SPSC ring's invariants without writing. Every loop ends after at most one lap.</summary>
internal static unsafe class SpscVerifier
{
    public static RingVerification Verify(RingRegion region, in SpscMap map)
    {
        List<string> problems = [];
        long messages = 0;
        // S7, S9, S4 acquire: as the participants read them.
        long consumerPosition = DirectMemory.LoadAcquire(map.ConsumerPosition, Edge.S7);
        long producerPosition = DirectMemory.LoadAcquire(map.ProducerPosition, Edge.S9);
        try
        {
            SpscRoles<DirectMemory>.CheckPositions(map, consumerPosition, producerPosition);
            long end = SpscRoles<DirectMemory>.FindEnd(map, consumerPosition, consumerPosition, out messages);
            if (end < producerPosition)
                problems.Add($"The records end at position {end}; the producer position is {producerPosition}.");
        }
        catch (RingCorruptException exception)
        {
            problems.Add(exception.Message);
        }

        RingInfo info = SpscInfo.Read(region, map);
        CheckCounters(info, problems);
        RowLease.Verify(region, SpscLayout.ProducerRow, ParticipantRole.Producer, problems);
        RowLease.Verify(region, SpscLayout.ConsumerRow, ParticipantRole.Consumer, problems);

        // S7, S9 acquire: again. A ring that moved under us proves nothing about what we saw in between.
        bool moved = DirectMemory.LoadAcquire(map.ConsumerPosition, Edge.S7) != consumerPosition
            || DirectMemory.LoadAcquire(map.ProducerPosition, Edge.S9) != producerPosition;
        return new RingVerification(region.DisplayName, messages, moved ? [] : problems);
    }

    private static void CheckCounters(RingInfo info, List<string> problems)
    {
        (string Name, long Value)[] counters =
        [
            ("messages written", info.MessagesWritten),
            ("messages read", info.MessagesRead),
            ("claims aborted", info.ClaimsAborted),
            ("messages redelivered", info.MessagesRedelivered),
            ("producer takeovers", info.ProducerTakeovers),
            ("consumer takeovers", info.ConsumerTakeovers),
        ];
        foreach ((string name, long value) in counters)
        {
            if (value < 0)
                problems.Add($"The counter of {name} is {value}.");
        }
    }
}
