namespace RingShm.Cli;

/// <summary>Prints messages until there are no more, or as many as asked for.</summary>
internal sealed class RingReceiver(
    OpenRing ring, IMessageSource source, StandardOutput output, OutputPump pump, string name, CancellationToken cancellationToken)
    : IDisposable
{
    /// <summary>
    /// Output of one batch. Its messages go back to the producer together at its end, so it must stay a small part of a ring.
    /// </summary>
    private const int LargestBatchBytes = 64 << 10;

    private CancellationTokenSource? _ends;

    /// <param name="count">How many messages to print at the most.</param>
    /// <param name="follow">Waits for more when there are none, until the ring is completed.</param>
    /// <param name="timeout">The longest wait for a message.</param>
    public void Run(long count, bool follow, TimeSpan timeout)
    {
        long batchBytes = Math.Min(LargestBatchBytes, ring.CapacityBytes / 4);
        int limit = 1;
        bool hasMended = false;
        while (count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int printed = pump.Print(source, (int)Math.Min(count, limit));
            count -= printed;
            if (printed > 0)
            {
                hasMended = false;
                limit = (int)Math.Clamp(batchBytes * printed / Math.Max(pump.LastBatchBytes, 1), 1, OutputPump.MostMessages);
                continue;
            }

            if (follow)
            {
                if (!WaitAndPrintOne(timeout))
                    return;
                count--;
                continue;
            }

            // What is there includes what lies behind a dead sender's claim, and what a dead receiver held.
            if (hasMended || !ring.TryMendDeaths())
                return;
            hasMended = true;
        }
    }

    /// <summary>False when the ring is drained: nothing more will come.</summary>
    private bool WaitAndPrintOne(TimeSpan timeout)
    {
        // It sleeps until there is something to print, the end, or nobody any more to print for.
        _ends ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, output.ReaderGone);
        try
        {
            if (source.Read(out Message message, timeout, _ends.Token))
            {
                pump.PrintOne(message);
                return true;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClosedPipeException();
        }

        return source.IsDrained ? false : throw CommandException.TimedOut($"No message came through '{name}' for {timeout.TotalSeconds} s.");
    }

    public void Dispose() => _ends?.Dispose();
}
