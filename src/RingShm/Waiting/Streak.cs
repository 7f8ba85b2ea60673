namespace RingShm.Waiting;

/// <summary>
/// Lets a consumer that keeps up with its producer fall behind a little. Messages that come in a stream are cheapest when the
/// consumer takes many at once: one that polls the next header again at once takes the line away while the producer is still
/// writing to it, and so pays with a line transfer of its own for each message. The first poll that finds nothing after a stretch
/// of messages therefore pauses for a moment; one that finds nothing after a single message, as between request and answer,
/// does not. A producer that finds no room after a stretch of messages does the same. What it gives and costs is in docs/adr/0007
/// and 0008.
/// </summary>
internal struct Streak
{
    /// <summary>So many messages without an empty poll in between are a stream.</summary>
    public const int StreamMessages = 8;

    /// <summary>
    /// In units of <see cref="Thread.SpinWait"/>, which the runtime gauges to about 35 ns each on whatever processor it finds: more
    /// than it takes a line to travel between two processors and back.
    /// </summary>
    private const int PauseIterations = 40;

    private long _messagesAtEmptyPoll;

    /// <summary>Called when a poll has found nothing, with the messages taken so far. Pauses if that ends a stream.</summary>
    public void Pause(long messages)
    {
        if (EndsStream(messages))
            Thread.SpinWait(PauseIterations);
    }

    /// <summary>True when a stretch of messages has come since the last empty poll, which this one now is.</summary>
    internal bool EndsStream(long messages)
    {
        bool endsStream = messages - _messagesAtEmptyPoll >= StreamMessages;
        _messagesAtEmptyPoll = messages;
        return endsStream;
    }
}
