using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>What may happen to granules that were claimed, in this order, except that a message can come back.</summary>
internal enum MessageState
{
    /// <summary>Published: a message, or a claim that was given up.</summary>
    Committed,

    /// <summary>A consumer has moved the position over it, or has taken it back.</summary>
    Taken,

    /// <summary>Handed back undelivered: anybody's.</summary>
    Returned,

    /// <summary>Its first granule is free for the next lap.</summary>
    Released,
}

/// <summary>A message from its point of no return on (M6), or a claim that was given up.</summary>
/// <param name="Position">Its first granule.</param>
/// <param name="Granules">How many.</param>
/// <param name="Payload">Null for a claim that was given up.</param>
/// <param name="Type">The user's tag.</param>
/// <param name="Thread">Who published it, or gave it up for another.</param>
/// <param name="Step">When.</param>
internal sealed record MpmcMessage(long Position, int Granules, byte[]? Payload, int Type, int Thread, int Step)
{
    public MessageState State { get; set; } = MessageState.Committed;

    public ModelThread? Holder { get; set; }

    /// <summary>How often it was handed to a program.</summary>
    public int Deliveries { get; set; }

    /// <summary>A holder died or gave it back: from here on it may, and must, be flagged.</summary>
    public bool CameBack { get; set; }

    public bool IsDropped { get; set; }

    /// <summary>Who told the consumers of its return, and when; null while nobody has.</summary>
    public (int Thread, int Step)? Announced { get; set; }

    public bool IsMessage => Payload != null;

    public long End => Position + Granules;
}
