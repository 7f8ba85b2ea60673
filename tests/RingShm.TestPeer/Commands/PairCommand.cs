using System.Diagnostics;
using System.Globalization;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Two processes, each pinned to its own processor where that is possible, that pass messages by spinning alone. For a look at
/// their system calls: the number of them must not depend on the number of messages.
/// </summary>
internal static class PairCommand
{
    private const int MessageBytes = 48;

    public static int Run(PeerArguments arguments)
    {
        long count = arguments.Number("count");
        using SpscRing ring = SpscRing.CreateOrOpen(arguments.Ring, new RingOptions { CapacityBytes = 1 << 16 });
        if (arguments.Flag("child"))
        {
            Pin(1);
            return Receive(ring, count);
        }

        Pin(0);
        using Process child = Process.Start(
            Environment.ProcessPath!,
            ["pair", $"ring={arguments.Ring}", "child=1", $"count={count.ToString(CultureInfo.InvariantCulture)}"]);
        Send(ring, count);
        child.WaitForExit();
        return child.ExitCode;
    }

    private static void Send(SpscRing ring, long count)
    {
        using SpscProducer producer = ring.AttachProducer();
        Span<byte> message = stackalloc byte[MessageBytes];
        message.Clear();
        for (long i = 0; i < count; i++)
        {
            while (!producer.TryWrite(message, MessagePattern.TypeOf(i)))
                Thread.SpinWait(20);
        }
    }

    private static int Receive(SpscRing ring, long count)
    {
        using SpscConsumer consumer = ring.AttachConsumer();
        for (long i = 0; i < count; i++)
        {
            Message message;
            while (!consumer.TryRead(out message))
                Thread.SpinWait(20);
            using (message)
            {
                if (message.Type != MessagePattern.TypeOf(i) || message.Span.Length != MessageBytes)
                    throw new MismatchException($"message {i} has tag {message.Type} and {message.Span.Length} bytes");
            }
        }

        return PeerSignals.Done(count);
    }

    private static void Pin(int processor)
    {
        if (Environment.ProcessorCount < 2 || !(OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
            return;
        using Process self = Process.GetCurrentProcess();
        // The processors that we may use need not start at 0.
        long mask = self.ProcessorAffinity;
        for (; processor > 0; processor--)
            mask &= mask - 1;
        self.ProcessorAffinity = (nint)(mask & -mask);
    }
}
