using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RingShm.Cli.Watch;

/// <summary>Where the samples go.</summary>
internal interface IWatchView
{
    /// <summary>The state at the beginning; there are no rates yet.</summary>
    void Begin(WatchSample sample);

    void Show(WatchSample sample);
}

/// <summary>A document on a line for each sample.</summary>
internal sealed class JsonWatchView(StandardOutput output) : IWatchView
{
    public void Begin(WatchSample sample)
    {
    }

    public void Show(WatchSample sample) =>
        output.Write([.. JsonSerializer.SerializeToUtf8Bytes(sample, CompactReportContext.Default.WatchSample), (byte)'\n']);
}

/// <summary>Columns under a heading: easy to read, and to cut.</summary>
internal sealed class LineWatchView(StandardOutput output) : IWatchView
{
    public void Begin(WatchSample sample) =>
        output.Write("TIME          WRITTEN/S       READ/S  USED%  PRODUCERS  CONSUMERS  DEAD  REDELIVERED  DROPPED  RECOVERED\n"u8);

    public void Show(WatchSample sample) => output.Write(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Time:HH:mm:ss}Z  {sample.WrittenPerSecond,12:0}  {sample.ReadPerSecond,11:0}  {sample.UsedPercent,5:0}  "
            + $"{sample.Producers,9}  {sample.Consumers,9}  {sample.DeadParticipants,4}  {sample.MessagesRedelivered,11}  "
            + $"{sample.MessagesDropped + sample.MessagesLost,7}  {sample.ParticipantsRecovered + sample.Takeovers,9}\n")));
}
