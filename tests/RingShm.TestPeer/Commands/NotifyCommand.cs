using System.Text;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// An instance of a program whose instances notify each other, as docs/from-file-mapping.md shows it: <c>notify ring=</c>. A line of standard
/// input is told to all others; what others tell is said as <c>told PROCESS TEXT</c>, and what was missed as <c>missed COUNT</c>.
/// </summary>
internal static class NotifyCommand
{
    public static int Run(PeerArguments arguments)
    {
        using BroadcastRing ring = BroadcastRing.CreateOrOpen(
            arguments.Ring, new RingOptions { CapacityBytes = 4096, MaxMessageBytes = 200, Delivery = BroadcastDelivery.Lossy });
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader(ReaderStart.Next);
        using CancellationTokenSource end = new();
        int self = Environment.ProcessId;
        Thread listener = new(() => Listen(reader, self, end.Token));
        listener.Start();
        PeerSignals.Attached();
        long told = 0;
        while (Console.In.ReadLine() is { } text)
        {
            // Never waits: no instance that is stopped or busy holds this one up.
            if (writer.TryWrite(Encoding.UTF8.GetBytes(text), type: self))
                told++;
        }

        end.Cancel();
        listener.Join();
        return PeerSignals.Done(told);
    }

    private static void Listen(BroadcastReader reader, int self, CancellationToken end)
    {
        try
        {
            while (reader.Read(out Message notice, Timeout.InfiniteTimeSpan, end))
            {
                using (notice)
                {
                    if (notice.LostBefore > 0)
                        PeerSignals.Say($"missed {notice.LostBefore}");
                    if (notice.Type != self)
                        PeerSignals.Say($"told {notice.Type} {Encoding.UTF8.GetString(notice.Span)}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The instance ends.
        }
    }
}
