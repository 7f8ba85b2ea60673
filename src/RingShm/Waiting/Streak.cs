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

    /// <summary>
    /// After so many messages in a row, which only a stream at full speed brings through a shorter pause, one pause serves hundreds of
    /// messages: it may be longer.
    /// </summary>
    public const int TorrentMessages = 64;

    /// <summary>A ring for fewer messages would run full, or empty, during the longer pause.</summary>
    public const int RoomyMessages = 1024;

    private const int LongPauseIterations = 160;

    private long _messagesAtEmptyPoll;

    /// <summary>Called when a poll has found nothing, with the messages taken so far. Pauses if that ends a stream.</summary>
    /// <param name="messages">The messages taken so far.</param>
    /// <param name="capacity">How many messages the ring holds; 0 for the shorter pause in any case.</param>
    public void Pause(long messages, long capacity = 0)
    {
        int iterations = IterationsAt(messages, capacity);
        if (iterations > 0)
            Thread.SpinWait(iterations);
    }

    /// <summary>How long to pause at a poll that has found nothing; 0 when it does not end a stream.</summary>
    internal int IterationsAt(long messages, long capacity)
    {
        long stretch = messages - _messagesAtEmptyPoll;
        _messagesAtEmptyPoll = messages;
        return stretch < StreamMessages ? 0
            : stretch >= TorrentMessages && capacity >= RoomyMessages ? LongPauseIterations
            : PauseIterations;
    }
}
