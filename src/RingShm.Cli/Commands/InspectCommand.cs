using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace RingShm.Cli.Commands;

internal static class InspectCommand
{
    public static Command Build()
    {
        Argument<string> name = Shared.Name();
        Option<bool> json = Shared.Json();
        Command command = new("inspect", "Show everything about a ring, without touching it.") { name, json };
        command.SetAction(result =>
        {
            RingInfo info = Ring.Inspect(RegionName.Parse(result.GetValue(name)!));
            if (result.GetValue(json))
                Screen.WriteJson(RingReport.Of(info), ReportContext.Default.RingReport);
            else
                Draw(info);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Draw(RingInfo info)
    {
        Grid grid = new Grid().AddColumn().AddColumn();
        foreach ((string label, string value) in Lines(info))
            grid.AddRow(new Text(label), new Text(value));
        Screen.Draw(grid);
    }

    private static IEnumerable<(string Label, string Value)> Lines(RingInfo info)
    {
        yield return ("name", info.Name);
        yield return ("kind", Words.Of(info.Kind));
        if (info.Kind == RingKind.State)
        {
            foreach ((string, string) line in CellLines(info))
                yield return line;
            yield break;
        }

        yield return ("capacity", Bytes(info.CapacityBytes));
        yield return info.FixedMessageBytes == 0
            ? ("longest message", Bytes(info.MaxMessageBytes))
            : ("every message", Bytes(info.FixedMessageBytes));
        yield return ("region", Bytes(info.TotalBytes));
        yield return ("created", $"{Time(info.CreatedAt)}, id {info.CreationId}");
        yield return ("completed", info.IsCompleted ? "yes" : "no");
        yield return ("producer position", Screen.Number(info.ProducerPosition));
        yield return ("consumer position", Screen.Number(info.ConsumerPosition));
        yield return ("used", Bytes(info.UsedBytes));
        yield return ("messages written", Screen.Number(info.MessagesWritten));
        yield return ("messages read", Screen.Number(info.MessagesRead));
        yield return ("claims aborted", Screen.Number(info.ClaimsAborted));
        yield return ("messages redelivered", Screen.Number(info.MessagesRedelivered));
        if (info.Kind == RingKind.Mpmc)
        {
            yield return ("messages returned", $"{Screen.Number(info.LeasesRecovered)}, because their consumers had died");
            yield return ("messages dropped", $"{Screen.Number(info.MessagesDropped)}, because their consumers had died");
            yield return ("claims given up", $"{Screen.Number(info.ClaimsRecovered)}, because their producers had died");
            yield return ("dead cleared away", Screen.Number(info.ParticipantsRecovered));
            yield return ("made for", $"{Words.Of(info.Producers)} producers, {Words.Of(info.Consumers)} consumers, {Screen.Number(info.MaxParticipants)} participants");
            yield return ("what the dead held", Words.Of(info.DeadConsumers));
        }
        else if (info.Kind == RingKind.Broadcast)
        {
            yield return ("delivery", info.Delivery == BroadcastDelivery.Lossy
                ? "lossy: writers wait for nobody"
                : info.SlowReaders == SlowReaderPolicy.Evict ? "reliable: slow readers are evicted" : "reliable: slow readers hold the writers");
            yield return ("retained from", Screen.Number(info.RetainedPosition));
            yield return ("messages lost", $"{Screen.Number(info.MessagesLost)}, by readers that were lapped");
            yield return ("readers evicted", Screen.Number(info.ReadersEvicted));
            yield return ("claims given up", $"{Screen.Number(info.ClaimsRecovered)}, because their writers had died");
            yield return ("dead cleared away", Screen.Number(info.ParticipantsRecovered));
            yield return ("made for", $"{Words.Of(info.Producers)} writers, {Screen.Number(info.MaxParticipants)} participants");
        }
        else
        {
            yield return ("takeovers", $"{Screen.Number(info.ProducerTakeovers)} by producers, {Screen.Number(info.ConsumerTakeovers)} by consumers");
        }

        foreach ((string, string) line in ParticipantLines(info))
            yield return line;
    }

    private static IEnumerable<(string Label, string Value)> CellLines(RingInfo info)
    {
        yield return info.FixedMessageBytes == 0 ? ("longest value", Bytes(info.MaxMessageBytes)) : ("every value", Bytes(info.FixedMessageBytes));
        yield return ("buffers", Bytes(info.CapacityBytes));
        yield return ("region", Bytes(info.TotalBytes));
        yield return ("created", $"{Time(info.CreatedAt)}, id {info.CreationId}");
        yield return ("version", info.MessagesWritten == 0 ? "0: nothing was set yet" : Screen.Number(info.MessagesWritten));
        yield return ("dead cleared away", Screen.Number(info.ParticipantsRecovered));
        yield return ("made for", $"{Words.Of(info.Producers)} writers, {Words.Of(info.Consumers)} readers, {Screen.Number(info.MaxParticipants)} participants");
        foreach ((string, string) line in ParticipantLines(info))
            yield return line;
    }

    private static IEnumerable<(string Label, string Value)> ParticipantLines(RingInfo info)
    {
        if (info.Participants.Count == 0)
            yield return ("participants", "none");
        foreach (ParticipantInfo participant in info.Participants)
        {
            yield return (
                Words.Of(participant.Role),
                $"process {participant.ProcessId}, {(participant.IsAlive ? "alive" : "dead")}, attached {Time(participant.AttachedAt)}, "
                    + $"generation {participant.Generation}{Place(participant, info)}");
        }
    }

    /// <summary>Where a broadcast ring's reader is.</summary>
    private static string Place(ParticipantInfo participant, RingInfo info)
    {
        string place = ParticipantReport.LagOf(participant, info) is { } lag
            ? $", at position {Screen.Number(participant.Position!.Value)}, {Bytes(lag)} behind the writers"
            : "";
        string lost = participant.MessagesLost > 0 ? $", {Screen.Number(participant.MessagesLost)} messages lost in its row" : "";
        return $"{place}{lost}{(participant.IsEvicted ? ", evicted" : "")}";
    }

    private static string Bytes(long bytes) =>
        bytes < 1024 ? $"{bytes} B" : $"{Screen.Size(bytes)} ({Screen.Number(bytes)} B)";

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
