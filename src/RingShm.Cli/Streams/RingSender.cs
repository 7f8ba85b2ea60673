namespace RingShm.Cli;

/// <summary>Puts messages into the ring, waiting for room if it may, and counts them.</summary>
internal sealed class RingSender(
    OpenRing ring, IMessageSink sink, string name, bool waits, TimeSpan timeout, CancellationToken cancellationToken)
{
    public int MaxMessageBytes => sink.MaxMessageBytes;

    /// <inheritdoc cref="OpenRing.IsShared"/>
    public bool IsShared => ring.IsShared;

    /// <summary>Messages that are in the ring.</summary>
    public long SentMessages { get; private set; }

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Returns when the message is in the ring; throws when it is not.</summary>
    public void Send(ReadOnlySpan<byte> message, int type)
    {
        if (!sink.TryWrite(message, type))
            SendSlow(message, type);
        SentMessages++;
    }

    private void SendSlow(ReadOnlySpan<byte> message, int type)
    {
        if (waits)
        {
            if (!sink.Write(message, type, timeout, cancellationToken))
                throw CommandException.TimedOut($"'{name}' had no room for {timeout.TotalSeconds} s.");
            return;
        }

        // Who tries only once must not fail for room that a dead consumer keeps.
        if (!ring.TryMendDeaths() || !sink.TryWrite(message, type))
            throw CommandException.Failed($"'{name}' is full; add --wait to wait for room.");
    }
}
