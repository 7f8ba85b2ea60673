namespace RingShm.Cli.Watch;

/// <summary>What one look at a ring found, and what changed since the one before. <c>watch --json</c> prints it.</summary>
internal sealed record WatchSample(
    DateTime Time,
    string Name,
    string Kind,
    double Seconds,
    double WrittenPerSecond,
    double ReadPerSecond,
    long MessagesWritten,
    long MessagesRead,
    long CapacityBytes,
    long UsedBytes,
    bool IsCompleted,
    int Producers,
    int Consumers,
    int DeadParticipants,
    long ClaimsAborted,
    long MessagesRedelivered,
    long MessagesReturned,
    long MessagesDropped,
    long ClaimsRecovered,
    long ParticipantsRecovered,
    long Takeovers,
    long MessagesLost,
    long ReadersEvicted)
{
    public double UsedPercent => 100.0 * UsedBytes / CapacityBytes;

    public static WatchSample Of(RingInfo before, RingInfo now, TimeSpan elapsed)
    {
        // Another ring of the same name has counted from nothing.
        bool isSame = before.CreationId == now.CreationId;
        return new WatchSample(
            DateTime.UtcNow,
            now.Name,
            Words.Of(now.Kind),
            elapsed.TotalSeconds,
            Rate(now.MessagesWritten - (isSame ? before.MessagesWritten : 0)),
            Rate(now.MessagesRead - (isSame ? before.MessagesRead : 0)),
            now.MessagesWritten,
            now.MessagesRead,
            now.CapacityBytes,
            now.UsedBytes,
            now.IsCompleted,
            now.Participants.Count(participant => participant is { IsAlive: true, Role: ParticipantRole.Producer }),
            now.Participants.Count(participant => participant is { IsAlive: true, Role: ParticipantRole.Consumer }),
            now.Participants.Count(participant => !participant.IsAlive),
            now.ClaimsAborted,
            now.MessagesRedelivered,
            now.LeasesRecovered,
            now.MessagesDropped,
            now.ClaimsRecovered,
            now.ParticipantsRecovered,
            now.ProducerTakeovers + now.ConsumerTakeovers,
            now.MessagesLost,
            now.ReadersEvicted);

        // The counts are read one after the other, so that a later look may find a smaller one.
        double Rate(long count) => elapsed > TimeSpan.Zero ? Math.Max(0, count) / elapsed.TotalSeconds : 0;
    }
}
