using System.Text.Json.Serialization;

namespace RingShm.Cli;

// The documents that --json prints. Property names are camelCase, words are lower case, sizes are bytes, times are ISO 8601
// in UTC. Names are only ever added.

/// <summary>What <c>inspect --json</c> prints, and <c>list --json</c> for each ring.</summary>
internal sealed record RingReport(
    string Name,
    string Kind,
    long CapacityBytes,
    long MaxMessageBytes,
    long FixedMessageBytes,
    long TotalBytes,
    DateTime CreatedAt,
    Guid CreationId,
    bool IsCompleted,
    long ProducerPosition,
    long ConsumerPosition,
    long UsedBytes,
    long MessagesWritten,
    long MessagesRead,
    long ClaimsAborted,
    long MessagesRedelivered,
    long ProducerTakeovers,
    long ConsumerTakeovers,
    long ClaimsRecovered,
    long MessagesReturned,
    long MessagesDropped,
    long ParticipantsRecovered,
    string Producers,
    string Consumers,
    string DeadConsumers,
    int MaxParticipants,
    string? Delivery,
    string? SlowReaders,
    long RetainedPosition,
    long MessagesLost,
    long ReadersEvicted,
    IReadOnlyList<ParticipantReport> Participants)
{
    public static RingReport Of(RingInfo info) => new(
        info.Name,
        Words.Of(info.Kind),
        info.CapacityBytes,
        info.MaxMessageBytes,
        info.FixedMessageBytes,
        info.TotalBytes,
        info.CreatedAt.UtcDateTime,
        info.CreationId,
        info.IsCompleted,
        info.ProducerPosition,
        info.ConsumerPosition,
        info.UsedBytes,
        info.MessagesWritten,
        info.MessagesRead,
        info.ClaimsAborted,
        info.MessagesRedelivered,
        info.ProducerTakeovers,
        info.ConsumerTakeovers,
        info.ClaimsRecovered,
        info.LeasesRecovered,
        info.MessagesDropped,
        info.ParticipantsRecovered,
        Words.Of(info.Producers),
        Words.Of(info.Consumers),
        Words.Of(info.DeadConsumers),
        info.MaxParticipants,
        Words.Of(info.Delivery),
        Words.Of(info.SlowReaders),
        info.RetainedPosition,
        info.MessagesLost,
        info.ReadersEvicted,
        [.. info.Participants.Select(participant => ParticipantReport.Of(participant, info))]);
}

/// <summary>One attached participant. Position and lag are those of a broadcast ring's reader, and null for others.</summary>
internal sealed record ParticipantReport(
    string Role, int ProcessId, bool IsAlive, long Generation, DateTime AttachedAt, long? Position, long? LagBytes, long MessagesLost, bool IsEvicted)
{
    public static ParticipantReport Of(ParticipantInfo participant, RingInfo ring) => new(
        Words.Of(participant.Role),
        participant.ProcessId,
        participant.IsAlive,
        participant.Generation,
        participant.AttachedAt.UtcDateTime,
        participant.Position,
        LagOf(participant, ring),
        participant.MessagesLost,
        participant.IsEvicted);

    /// <summary>How far a reader is behind the writers. Its position may be newer than theirs here.</summary>
    public static long? LagOf(ParticipantInfo participant, RingInfo ring) =>
        participant.Position is { } position ? Math.Max(0, ring.ProducerPosition - position) : null;
}

/// <summary>What <c>list --json</c> prints.</summary>
internal sealed record ListReport(IReadOnlyList<RingReport> Rings, IReadOnlyList<UnreadableReport> Unreadable);

/// <summary>A region that is there and cannot be inspected, and why.</summary>
internal sealed record UnreadableReport(string Name, string Problem);

/// <summary>What <c>verify --json</c> prints. The count is null when the region is too damaged to have one.</summary>
internal sealed record VerifyReport(string Name, bool IsClean, long? MessagesInRing, IReadOnlyList<string> Problems);

/// <summary>What <c>remove --json</c> prints.</summary>
internal sealed record RemoveReport(string Name, bool Removed);

/// <summary>What <c>recover --json</c> prints.</summary>
internal sealed record RecoverReport(
    string Name, string Kind, int RowsSwept, int RowsWaiting, long ClaimsRecovered, long MessagesReturned, long MessagesDropped)
{
    public static RecoverReport Of(RingRecovery found, RingKind kind) => new(
        found.Name, Words.Of(kind), found.RowsSwept, found.RowsWaiting, found.ClaimsRecovered, found.LeasesRecovered, found.MessagesDropped);
}

/// <summary>What <c>set --json</c> prints.</summary>
internal sealed record SetReport(string Name, long Version);

/// <summary>What <c>get --json</c> prints, a line for each value.</summary>
internal sealed record GetReport(string Name, long Version, int LengthBytes, string ValueBase64);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RingReport))]
[JsonSerializable(typeof(ListReport))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(RemoveReport))]
[JsonSerializable(typeof(RecoverReport))]
[JsonSerializable(typeof(SetReport))]
[JsonSerializable(typeof(Demo.DemoReport))]
internal sealed partial class ReportContext : JsonSerializerContext;

/// <summary>Documents that are one line each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Watch.WatchSample))]
[JsonSerializable(typeof(GetReport))]
internal sealed partial class CompactReportContext : JsonSerializerContext;

/// <summary>The words of the library's enums, in text and JSON.</summary>
internal static class Words
{
    public static string Of(RingKind kind) => kind.ToString().ToLowerInvariant();

    public static string Of(ParticipantRole role) => role.ToString().ToLowerInvariant();

    public static string Of(Cardinality cardinality) => cardinality.ToString().ToLowerInvariant();

    public static string Of(DeadConsumerPolicy policy) => policy.ToString().ToLowerInvariant();

    /// <summary>As <c>--delivery</c> has it; null for other kinds of ring.</summary>
    public static string? Of(BroadcastDelivery delivery) => delivery == BroadcastDelivery.Default ? null : delivery.ToString().ToLowerInvariant();

    /// <summary>As <c>--slow-readers</c> has it; null where nobody waits for one.</summary>
    public static string? Of(SlowReaderPolicy policy) => policy switch
    {
        SlowReaderPolicy.HoldWriters => "hold",
        SlowReaderPolicy.Evict => "evict",
        _ => null,
    };

    public static string Of(ParticipantInfo participant) =>
        $"{Of(participant.Role)} {participant.ProcessId} {(participant.IsAlive ? "alive" : "dead")}";
}
