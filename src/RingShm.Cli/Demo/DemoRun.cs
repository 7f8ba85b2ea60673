using System.Buffers.Binary;

namespace RingShm.Cli.Demo;

/// <summary>The demo, as this side sees it.</summary>
internal sealed class DemoRun(string source, TimeSpan duration, IDemoDisplay display, CancellationToken cancellationToken)
{
    private const int TimedPhases = 4;

    public DemoReport Run()
    {
        string prefix = $"ringshm-demo-{Guid.NewGuid():N}";
        (int First, int Second)? cpus = CpuPinning.ChooseTwo();
        try
        {
            using DemoRings rings = DemoRings.Create(prefix);
            using PeerProcess peer = new(prefix, source, duration / TimedPhases, cpus?.Second, cancellationToken);
            DemoReport? report = null;
            CpuPinning.Run(cpus?.First, isPinned => report = RunPhases(prefix, rings, peer, isPinned ? cpus?.First : null));
            peer.WaitForEnd();
            return report!;
        }
        finally
        {
            DemoRings.Remove(prefix);
        }
    }

    private DemoReport RunPhases(string prefix, DemoRings rings, PeerProcess peer, int? cpu)
    {
        TimeSpan phase = duration / TimedPhases;
        using SpscConsumer pong = rings.Pong.AttachConsumer();
        using SpscConsumer stream = rings.Stream.AttachConsumer();
        using SpscConsumer<ulong> values = rings.Values.AttachConsumer();
        using SpscConsumer<ulong> batches = rings.Batches.AttachConsumer();
        using SpscConsumer bytes = rings.Bytes.AttachConsumer();
        display.Begin("Waiting for the second process", 1);
        int? peerCpu = WaitForHello(pong, peer);
        // Both sides have the rings open. Without their names, nothing can be left behind, even if both are killed now.
        DemoRings.Remove(prefix);

        display.Begin("Real bytes", StreamPhase.FilesOf(source).Sum(static file => (double)new FileInfo(file).Length));
        StreamReport streamed = StreamPhase.Receive(stream, source, peer, display.Update);
        if (streamed.SentSha256 != streamed.ReceivedSha256)
            throw CommandException.Failed($"The SHA-256 hashes differ: sent {streamed.SentSha256}, received {streamed.ReceivedSha256}.");

        List<ThroughputReport> throughput = [];
        display.Begin("8-byte values, one at a time", phase.TotalSeconds);
        throughput.Add(ThroughputPhase.ReceiveValues(values, peer, display.Update));
        display.Begin($"8-byte values, {ThroughputPhase.BatchMessages} at a time", phase.TotalSeconds);
        throughput.Add(ThroughputPhase.ReceiveBatches(batches, peer, display.Update));
        display.Begin("64-byte messages, one at a time", phase.TotalSeconds);
        throughput.Add(ThroughputPhase.ReceiveBytes(bytes, peer, display.Update));

        display.Begin("Round trips of 64-byte messages", phase.TotalSeconds);
        RoundTripReport roundTrip = RoundTripPhase.Measure(rings.Ping, pong, phase, peer, display.Update);
        display.End();
        return new DemoReport(Environment.ProcessId, cpu, peer.ProcessId, peerCpu, streamed, throughput, roundTrip);
    }

    /// <summary>The peer's first message; it says on which CPU it stays.</summary>
    private static int? WaitForHello(SpscConsumer pong, PeerProcess peer)
    {
        while (true)
        {
            bool wasGone = peer.IsGone;
            if (pong.Read(out Message message, TimeSpan.FromMilliseconds(20)))
            {
                using (message)
                {
                    int cpu = BinaryPrimitives.ReadInt32LittleEndian(message.Span);
                    return cpu == DemoPeer.NotPinned ? null : cpu;
                }
            }

            peer.ThrowIfHopeless(wasGone);
        }
    }
}
