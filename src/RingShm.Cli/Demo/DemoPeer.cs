using System.Buffers.Binary;

namespace RingShm.Cli.Demo;

/// <summary>What the second process does: sends in all phases but the last, and answers in that.</summary>
internal static class DemoPeer
{
    public const int NotPinned = -1;

    public static int Run(string prefix, string source, TimeSpan phase, int cpu)
    {
        WatchParent(prefix);
        using DemoRings rings = DemoRings.Open(prefix);
        CpuPinning.Run(cpu == NotPinned ? null : cpu, isPinned =>
        {
            using SpscProducer pong = rings.Pong.AttachProducer();
            // From now on the names are not needed any more.
            Span<byte> hello = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(hello, isPinned ? cpu : NotPinned);
            pong.TryWrite(hello);
            StreamPhase.Send(rings.Stream, source);
            ThroughputPhase.SendValues(rings.Values, phase);
            ThroughputPhase.SendBatches(rings.Batches, phase);
            ThroughputPhase.SendBytes(rings.Bytes, phase);
            RoundTripPhase.Echo(rings.Ping, pong);
        });
        return ExitCode.Done;
    }

    /// <summary>
    /// Our standard input is a pipe on which nothing is ever sent: it ends when the parent does, in whatever way. The names
    /// may still be there then, and nobody else will remove them.
    /// </summary>
    private static void WatchParent(string prefix)
    {
        Stream parent = Console.OpenStandardInput();
        new Thread(() =>
        {
            while (parent.ReadByte() >= 0)
            {
            }

            DemoRings.Remove(prefix);
            Environment.Exit(ExitCode.Failed);
        })
        { IsBackground = true }.Start();
    }
}
