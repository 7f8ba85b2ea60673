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
        [.. info.Participants.Select(ParticipantReport.Of)]);
}

/// <summary>One attached participant.</summary>
internal sealed record ParticipantReport(string Role, int ProcessId, bool IsAlive, long Generation, DateTime AttachedAt)
{
    public static ParticipantReport Of(ParticipantInfo participant) => new(
        Words.Of(participant.Role), participant.ProcessId, participant.IsAlive, participant.Generation, participant.AttachedAt.UtcDateTime);
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

    public static string Of(ParticipantInfo participant) =>
        $"{Of(participant.Role)} {participant.ProcessId} {(participant.IsAlive ? "alive" : "dead")}";
}
