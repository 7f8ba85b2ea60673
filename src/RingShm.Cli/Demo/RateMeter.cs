using System.Diagnostics;

namespace RingShm.Cli.Demo;

/// <summary>
/// Counts messages against the clock. The first part of a run, in which the code is still being compiled for speed, does not
/// count.
/// </summary>
internal sealed class RateMeter(PeerProcess peer, Action<double> progress)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(200);

    private readonly long _start = Stopwatch.GetTimestamp();
    private (long Time, long Messages) _from;
    private (long Time, long Messages) _to;

    /// <summary>Call after every so many messages.</summary>
    public void Look(long messages)
    {
        peer.ThrowIfCancelled();
        long now = Stopwatch.GetTimestamp();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_start, now);
        progress(elapsed.TotalSeconds);
        if (_from.Time == 0 && elapsed >= WarmUp)
            _from = (now, messages);
        _to = (now, messages);
    }

    /// <summary>
    /// Call when nothing came for a while. True when nothing more will; throws when the peer is gone without having said so.
    /// </summary>
    public bool IsOver(bool peerWasGone, bool isDrained)
    {
        if (isDrained)
            return true;
        peer.ThrowIfHopeless(peerWasGone);
        return false;
    }

    /// <summary>The rate between warm-up and end; that of the whole run if it was too short to be split.</summary>
    public ThroughputReport Report(string name, int messageBytes, int messagesPerCall, long messages)
    {
        if (_from.Time == 0 || _to.Messages == _from.Messages)
        {
            _from = (_start, 0);
            _to = (Stopwatch.GetTimestamp(), messages);
        }

        return new ThroughputReport(
            name, messageBytes, messagesPerCall, _to.Messages - _from.Messages, Stopwatch.GetElapsedTime(_from.Time, _to.Time).TotalSeconds);
    }
}
