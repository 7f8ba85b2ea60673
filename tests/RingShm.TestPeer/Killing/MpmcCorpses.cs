using RingShm.Mpmc;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// Participants that are dead when the operation under test begins: a producer with two claims, a consumer with two leases. They
/// leave their rows as the dead do.
/// </summary>
internal static class MpmcCorpses
{
    /// <summary>Both, and messages behind the holes.</summary>
    public static void Leave(string name, MpmcVictim victim)
    {
        LeaveConsumer(name);
        LeaveProducer(name);
        victim.Write(2);
    }

    /// <summary>The same, and a dead one in every row that is still free: who attaches must sweep.</summary>
    public static void LeaveEverywhere(string name, MpmcVictim victim, bool consumersFirst)
    {
        // Written before the rows are full; the order in the ring is the same but for the holes' place.
        victim.Write(1);
        if (consumersFirst)
            LeaveConsumer(name);
        LeaveProducer(name);
        if (!consumersFirst)
            LeaveConsumer(name);
        KillingMpmcRing idle = new(name, fixedMessageBytes: 0);
        _ = idle.AttachProducer();
        idle.Abandon();
    }

    private static void LeaveProducer(string name)
    {
        KillingMpmcRing ring = new(name, fixedMessageBytes: 0);
        MpmcProducerCore<KillingMemory, FreedWords<KillingMemory>> producer = ring.AttachProducer();
        // The first claim is marked when the second comes; the second is known by the interval only.
        if (!producer.TryClaim(ring.MaxMessageBytes, out _) || !producer.TryClaim(ring.MaxMessageBytes, out _))
            throw new MismatchException("no room for a dead producer's claims");
        ring.Abandon();
    }

    private static void LeaveConsumer(string name)
    {
        KillingMpmcRing ring = new(name, fixedMessageBytes: 0);
        MpmcConsumerCore<KillingMemory> consumer = ring.AttachConsumer();
        if (!consumer.TryTake(out _) || !consumer.TryTake(out _))
            throw new MismatchException("no messages for a dead consumer");
        ring.Abandon();
    }
}
