using RingShm.TestPeer.Killing;

namespace RingShm.TestPeer.Commands;

/// <summary>An MPMC operation to die in.</summary>
internal enum MpmcKill
{
    Write,
    WriteBatch,
    Commit,
    Abort,

    /// <summary>Two claims open at once, the first committed, the second given up.</summary>
    TwoClaims,
    WriteThenDetach,

    /// <summary>A blocked producer looks for the dead owner of what it waits for.</summary>
    ProducerLooks,
    AttachProducerOverDead,
    Lease,
    TwoLeases,
    Batch,
    SettlePart,
    SettleNone,

    /// <summary>Takes a message that somebody has given back, and releases it.</summary>
    TakeReturned,

    /// <summary>Takes such a message and gives it back once more.</summary>
    ReturnAgain,
    PassOverSkips,
    LeaseThenDetach,

    /// <summary>An idle consumer looks for the dead.</summary>
    ConsumerLooks,
    AttachConsumerOverDead,
    Recover,
    TypedWrite,
    TypedWriteBatch,
    TypedRead,
    TypedReadBatch,
}

/// <summary>
/// Runs one MPMC operation and dies at its k-th access to shared memory (<c>at=k</c>), or stops there (<c>stop=1</c>). When the
/// operation is over, says <c>survived</c> with the number of its accesses and ends without letting go of anything.
/// </summary>
internal static unsafe class MpmcDieCommand
{
    public const int BatchMessages = 3;

    public static MessagePattern PatternFor(int maxMessageBytes) => new(seed: 9, SizeMix.Uniform, maxMessageBytes, MessageNumber.InPayload);

    public static int Run(PeerArguments arguments)
    {
        MpmcKill operation = arguments.Choice<MpmcKill>("operation");
        bool isTyped = operation >= MpmcKill.TypedWrite;
        using Ledger notes = Ledger.Open(arguments.Text("log"));
        using Ledger taken = Ledger.Open(arguments.Text("taken"));
        using KillingMpmcRing ring = new(arguments.Ring, isTyped ? sizeof(Value40) : 0);
        MpmcVictim victim = new(ring, notes, taken, arguments.Number("id"));
        KillingMemory.DieAt = arguments.Number("at");
        KillingMemory.OnlyStops = arguments.Flag("stop");
        Perform(operation, arguments.Ring, ring, victim);
        KillingMemory.IsArmed = false;
        PeerSignals.Say($"survived {KillingMemory.Accesses}");
        Suicide.Now();
        return 0;
    }

    private static void Perform(MpmcKill operation, string name, KillingMpmcRing ring, MpmcVictim victim)
    {
        switch (operation)
        {
            case MpmcKill.AttachProducerOverDead:
                MpmcCorpses.LeaveEverywhere(name, victim, consumersFirst: false);
                KillingMemory.IsArmed = true;
                _ = ring.AttachProducer();
                break;
            case MpmcKill.AttachConsumerOverDead:
                MpmcCorpses.LeaveEverywhere(name, victim, consumersFirst: true);
                KillingMemory.IsArmed = true;
                _ = ring.AttachConsumer();
                break;
            case MpmcKill.Recover:
                MpmcCorpses.LeaveEverywhere(name, victim, consumersFirst: true);
                KillingMemory.IsArmed = true;
                ring.Recover();
                break;
            case MpmcKill.ProducerLooks:
                victim.LookAsProducer(() => MpmcCorpses.Leave(name, victim));
                break;
            case MpmcKill.ConsumerLooks:
                victim.LookAsConsumer(() => MpmcCorpses.Leave(name, victim));
                break;
            case <= MpmcKill.WriteThenDetach or MpmcKill.TypedWrite or MpmcKill.TypedWriteBatch:
                victim.Produce(operation);
                break;
            default:
                victim.Consume(operation);
                break;
        }
    }
}
