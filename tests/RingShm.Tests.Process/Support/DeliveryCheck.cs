using RingShm.TestPeer;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// Judges a ledger against the promise: what was published arrives, in order, once; only after a consumer's death again, and
/// then flagged; what was not published does not arrive.
/// </summary>
internal sealed class DeliveryCheck
{
    private readonly List<(long From, long To)> _undecided = [];
    private readonly List<long> _consumerDeaths = [];

    /// <summary>The most deliveries that one consumer can hold without having handed them back.</summary>
    public int LargestHold { get; init; } = 1;

    /// <summary>
    /// How many messages may vanish with a consumer: a typed read hands back before it returns, so what it returned is consumed.
    /// </summary>
    public int ConsumedUnlogged { get; init; }

    /// <summary>Call when a producer has been killed: what it began and did not report may or may not have been published.</summary>
    public void ProducerDied(Ledger ledger)
    {
        if (ledger.Attempted > ledger.Published)
            _undecided.Add((ledger.Published, ledger.Attempted));
    }

    /// <summary>Call when a consumer has been killed.</summary>
    public void ConsumerDied(Ledger ledger) => _consumerDeaths.Add(ledger.Delivered);

    /// <summary>Call when the last consumer has drained the ring.</summary>
    public void Judge(Ledger ledger)
    {
        long total = ledger.Attempted;
        bool[] seen = new bool[total];
        long highest = -1;
        long lastOfThisConsumer = -1;
        int flagged = 0;
        int death = 0;
        for (long i = 0; i < ledger.Delivered; i++)
        {
            for (; death < _consumerDeaths.Count && i == _consumerDeaths[death]; death++)
                (lastOfThisConsumer, flagged) = (-1, 0);
            (long sequence, bool redelivered) = ledger.Entry(i);
            Require(sequence >= 0 && sequence < total, $"delivery {i} is message {sequence}; {total} were begun");
            Require(sequence > lastOfThisConsumer, $"delivery {i} is message {sequence}, after {lastOfThisConsumer}");
            Require(redelivered || sequence > highest, $"delivery {i} is message {sequence} again or late, without the flag");
            Require(!redelivered || death > 0, $"delivery {i} is flagged, and no consumer had died");
            flagged += redelivered ? 1 : 0;
            Require(flagged <= LargestHold, $"a consumer that held at most {LargestHold} messages left {flagged} to be delivered again");
            seen[sequence] = true;
            highest = Math.Max(highest, sequence);
            lastOfThisConsumer = sequence;
        }

        CheckMissing(seen);
    }

    private void CheckMissing(bool[] seen)
    {
        HashSet<long> undecided = [];
        foreach ((long from, long to) in _undecided)
        {
            bool ended = false;
            for (long sequence = from; sequence < to; sequence++)
            {
                _ = undecided.Add(sequence);
                Require(!ended || !seen[sequence], $"message {sequence} of a batch arrived, and the one before it did not");
                ended |= !seen[sequence];
            }
        }

        long[] lost = [.. Enumerable.Range(0, seen.Length).Select(static i => (long)i).Where(i => !seen[i] && !undecided.Contains(i))];
        Require(
            lost.Length <= ConsumedUnlogged * _consumerDeaths.Count,
            $"{lost.Length} messages that were published never arrived: {string.Join(", ", lost.Take(20))}");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            Assert.Fail(otherwise);
    }
}
