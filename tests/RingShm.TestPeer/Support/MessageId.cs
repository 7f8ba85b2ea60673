namespace RingShm.TestPeer;

/// <summary>
/// What an MPMC message is called: who made it, and which of its maker's messages it is. Every started process is a producer of its
/// own, so that sequences have no gaps that another process could fill.
/// </summary>
internal static class MessageId
{
    private const int SequenceBits = 32;

    public static long Of(long producer, long sequence) => (producer << SequenceBits) | sequence;

    public static int ProducerOf(long id) => (int)(id >> SequenceBits);

    public static long SequenceOf(long id) => id & ((1L << SequenceBits) - 1);

    /// <summary>The tag of all messages of one producer.</summary>
    public static int TypeOf(long id) => ProducerOf(id);

    public static string Describe(long id) => $"{ProducerOf(id)}:{SequenceOf(id)}";
}

/// <summary>What a producer has noted of one of its messages.</summary>
internal enum MessageFate
{
    /// <summary>Nothing was written that anybody may see.</summary>
    Unborn = 0,

    /// <summary>The call that publishes it has begun. If its process died, it may or may not have been published.</summary>
    Begun = 1,

    /// <summary>The call has returned: it is in the ring.</summary>
    Published = 2,

    /// <summary>Its claim was given up: it must never be seen.</summary>
    GivenUp = 3,
}
