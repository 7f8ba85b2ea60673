using System.Globalization;
using RingShm.Mpmc;
using RingShm.TestPeer.Killing;
using RingShm.Waiting;

namespace RingShm.TestPeer.Commands;

/// <summary>
/// Publishes a message, or takes and frees one, then rings for the other side, all through memory that kills it at its k-th access:
/// <c>mpmc-ring-and-die ring= role=</c>, and then <c>k</c> on a line. When it comes to the end it says <c>survived</c>, how many accesses the ring's protocol took,
/// and how many with the doorbell; the call that wakes is the last of them.
/// </summary>
internal static unsafe class MpmcRingAndDieCommand
{
    public static readonly byte[] Message = [1, 2, 3];

    public static int Run(PeerArguments arguments)
    {
        using KillingMpmcRing ring = new(arguments.Ring, fixedMessageBytes: 0);
        bool produces = arguments.Text("role") == "producer";
        MpmcProducerCore<KillingMemory, FreedWords<KillingMemory>> producer = produces ? ring.AttachProducer() : default;
        MpmcConsumerCore<KillingMemory> consumer = produces ? default : ring.AttachConsumer();
        Doorbell<KillingMemory> bell = ring.BellFor(produces);
        PeerSignals.Attached();
        KillingMemory.DieAt = long.Parse(Console.In.ReadLine()!, CultureInfo.InvariantCulture);
        KillingMemory.IsArmed = true;
        if (produces)
        {
            if (!producer.TryWrite(Message, type: 0))
                throw new MismatchException("there is no room");
        }
        else if (!consumer.TryTake(out OpenSlot lease) || !consumer.TryRelease(lease.Position))
        {
            throw new MismatchException("there is nothing to take");
        }

        long accesses = KillingMemory.Accesses;
        bell.Ring();
        KillingMemory.IsArmed = false;
        PeerSignals.Say($"survived {accesses} {KillingMemory.Accesses}");
        Suicide.Now();
        return 0;
    }
}
