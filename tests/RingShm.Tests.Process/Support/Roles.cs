namespace RingShm.Tests.Processes.Support;

/// <summary>Roles by name, for tests that treat both alike.</summary>
internal static class Roles
{
    public static RingHandle Attach(SpscRing ring, string role) =>
        role == "producer" ? ring.AttachProducer() : ring.AttachConsumer();

    public static RingHandle Attach(MpmcRing ring, string role) =>
        role == "producer" ? ring.AttachProducer() : ring.AttachConsumer();
}
