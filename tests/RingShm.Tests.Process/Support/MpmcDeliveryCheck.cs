using RingShm.TestPeer;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// Judges what many producers noted and many consumers logged against the promise: every published message is delivered, once
/// unless flagged, with its bytes unchanged (the consumers see to that); what was given up is never seen; each consumer gets
/// unflagged messages in the order of their positions, and each producer's in the order in which it claimed them.
/// Logs are read one by one, so that a long run need not keep them all.
/// </summary>
internal sealed class MpmcDeliveryCheck
{
    private readonly Dictionary<int, byte[]> _fates = [];
    private readonly Dictionary<int, List<Tally>> _tallies = [];

    /// <summary>What was delivered of one message.</summary>
    private record struct Tally(byte Unflagged, byte Flagged, long Position);

    /// <summary>Batches die from the front: of the undecided messages of a dead producer the first so many arrived.</summary>
    public bool WritesInOrder { get; init; }

    /// <summary>What a typed consumer may have taken without a note of it.</summary>
    public int ConsumedUnlogged { get; init; }

    /// <summary>The most deliveries that one consumer can hold and leave behind.</summary>
    public int LargestHold { get; init; } = 16;

    /// <summary>Messages that the ring dropped with their consumers.</summary>
    public long MostDropped { get; set; }

    /// <summary>Consumers hand messages back undelivered, so that flags say nothing about deaths.</summary>
    public bool SettlesInPart { get; init; }

    public int ConsumerDeaths { get; private set; }

    public long Deliveries { get; private set; }

    public long FlaggedDeliveries { get; private set; }

    public long Published { get; private set; }

    public long Undecided { get; private set; }

    public long GivenUp { get; private set; }

    /// <summary>Takes a producer's notes. Call when its process is gone.</summary>
    public void AddProducer(int producer, Ledger ledger, bool wasKilled)
    {
        byte[] fates = new byte[ledger.Attempted];
        for (long sequence = 0; sequence < fates.Length; sequence++)
        {
            MessageFate fate = (MessageFate)ledger.Noted(sequence);
            Require(
                wasKilled || fate != MessageFate.Begun,
                $"producer {producer} left in good order and does not know what became of its message {sequence}");
            fates[sequence] = (byte)fate;
            Published += fate == MessageFate.Published ? 1 : 0;
            Undecided += fate == MessageFate.Begun ? 1 : 0;
            GivenUp += fate == MessageFate.GivenUp ? 1 : 0;
        }

        _fates.Add(producer, fates);
    }

    /// <summary>Takes a consumer's log. Call when its process is gone.</summary>
    public void AddConsumer(int consumer, Ledger ledger, bool wasKilled)
    {
        ConsumerDeaths += wasKilled ? 1 : 0;
        Dictionary<int, long> lastOfProducer = [];
        long lastPosition = -1;
        for (long entry = 0; entry + 1 < ledger.Delivered; entry += 2)
        {
            long position = ledger.Entry(entry).Sequence;
            (long id, bool isFlagged) = ledger.Entry(entry + 1);
            string what = $"consumer {consumer}, delivery {entry / 2}: message {MessageId.Describe(id)} at {position}";
            int producer = MessageId.ProducerOf(id);
            long sequence = MessageId.SequenceOf(id);
            Count(what, producer, sequence, position, isFlagged);
            // A typed read does not say that a message comes again, and so late.
            if (isFlagged || position == MpmcSink.NoPosition)
                continue;
            Require(position > lastPosition, $"{what} comes after position {lastPosition}, and has no flag");
            Require(
                !lastOfProducer.TryGetValue(producer, out long last) || sequence > last,
                $"{what} comes after {producer}:{last}, and has no flag");
            lastPosition = position;
            lastOfProducer[producer] = sequence;
        }
    }

    /// <summary>Call when the ring is drained and everybody's notes are in.</summary>
    public void Judge()
    {
        long lost = 0;
        List<string> examples = [];
        foreach ((int producer, byte[] fates) in _fates)
        {
            List<Tally> tallies = _tallies.GetValueOrDefault(producer) ?? [];
            Require(tallies.Count <= fates.Length, $"message {producer}:{tallies.Count - 1} arrived and was never begun");
            long lastPosition = -1;
            bool hasEnded = false;
            for (int sequence = 0; sequence < fates.Length; sequence++)
            {
                Tally tally = sequence < tallies.Count ? tallies[sequence] : default;
                bool hasArrived = tally.Unflagged + tally.Flagged > 0;
                MessageFate fate = (MessageFate)fates[sequence];
                Require(
                    !hasArrived || fate is MessageFate.Published or MessageFate.Begun,
                    $"message {producer}:{sequence} arrived and is {fate}");
                if (hasArrived && tally.Position != MpmcSink.NoPosition)
                {
                    Require(
                        tally.Position > lastPosition, $"message {producer}:{sequence} lay at {tally.Position}, its predecessor at {lastPosition}");
                    lastPosition = tally.Position;
                }

                if (fate == MessageFate.Published && !hasArrived)
                {
                    lost++;
                    examples.Add($"{producer}:{sequence}");
                }

                if (fate == MessageFate.Begun && WritesInOrder)
                {
                    Require(!hasEnded || !hasArrived, $"message {producer}:{sequence} of a batch arrived, and the one before it did not");
                    hasEnded |= !hasArrived;
                }
            }
        }

        Require(_tallies.Keys.All(_fates.ContainsKey), "messages arrived of a producer that never was");
        long allowed = MostDropped + ((long)ConsumedUnlogged * ConsumerDeaths);
        Require(lost <= allowed, $"{lost} messages that were published never arrived: {string.Join(", ", examples.Take(20))}");
        Require(
            SettlesInPart || FlaggedDeliveries <= (long)LargestHold * ConsumerDeaths,
            $"{ConsumerDeaths} consumers died that held at most {LargestHold} messages, and {FlaggedDeliveries} came flagged");
    }

    private void Count(string what, int producer, long sequence, long position, bool isFlagged)
    {
        if (!_tallies.TryGetValue(producer, out List<Tally>? tallies))
            _tallies.Add(producer, tallies = []);
        Require(sequence < int.MaxValue, what);
        while (tallies.Count <= sequence)
            tallies.Add(default);
        Tally tally = tallies[(int)sequence];
        bool isFirst = tally.Unflagged + tally.Flagged == 0;
        Require(isFirst || tally.Position == position, $"{what} lay at {tally.Position} before");
        Require(isFlagged || tally.Unflagged == 0, $"{what} comes again without the flag");
        tallies[(int)sequence] = isFlagged
            ? tally with { Flagged = (byte)Math.Min(byte.MaxValue, tally.Flagged + 1), Position = position }
            : tally with { Unflagged = 1, Position = position };
        Deliveries++;
        FlaggedDeliveries += isFlagged ? 1 : 0;
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            Assert.Fail(otherwise);
    }
}
