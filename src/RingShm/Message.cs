using System.Runtime.CompilerServices;

namespace RingShm;

/// <summary>
/// One message, read in place: a lease on its bytes. Dispose it to hand the bytes back; until then an SPSC handle reads nothing
/// else, while an MPMC handle can have several open and hand them back in any order. What is not handed back before the process ends
/// is delivered again: to a successor (SPSC), or to any other consumer (MPMC, unless the ring was made to drop it). A broadcast reader's
/// messages are its own; where they could be written over while it reads, they are copies, good until the handle reads again.
/// </summary>
/// <example>
/// <code>
/// if (consumer.TryRead(out Message message))
///     using (message)
///         Use(message.Span, message.Type);
/// </code>
/// </example>
public readonly ref struct Message
{
    private readonly RingHandle? _owner;

    internal Message(ReadOnlySpan<byte> span, int type, long position, bool redelivered, RingHandle? owner, long lostBefore = 0)
    {
        LostBefore = lostBefore;
        Span = span;
        Type = type;
        Position = position;
        Redelivered = redelivered;
        _owner = owner;
    }

    /// <summary>The payload, in the shared memory itself. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>The tag that the producer gave it; the ring itself does not look at it.</summary>
    public int Type { get; }

    /// <summary>
    /// Where the message lies in the stream since creation: in bytes of ring (SPSC), or in its slots or granules (MPMC). It grows
    /// from message to message.
    /// </summary>
    public long Position { get; }

    /// <summary>
    /// True when the message may have been handed out before: by a consumer that died, or by a batch, of this consumer or of an
    /// earlier one, that did not hand it back because its handler threw or it was settled in part. A message without the flag was
    /// never handed to anybody.
    /// </summary>
    public bool Redelivered { get; }

    /// <summary>
    /// How many messages this reader of a lossy broadcast ring has lost between the one before and this one. 0 in every other ring.
    /// </summary>
    public long LostBefore { get; }

    /// <summary>Hands the bytes back to the producer. Does nothing the second time, and nothing for a message of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        if (_owner is SpscConsumer consumer)
            consumer.Release(Position, Span.Length);
        else
            _owner?.ReleaseLease(Position);
    }
}

/// <summary>Takes one message of a batch; its bytes are valid until the call returns.</summary>
public delegate void MessageHandler(in Message message);

/// <summary>Takes one message of a batch and the caller's state, so that no closure is needed.</summary>
public delegate void MessageHandler<in TState>(in Message message, TState state)
    where TState : allows ref struct;

/// <summary>Says how many messages of a batch, from the first, are dealt with and can be handed back.</summary>
/// <param name="messages">How many messages the handler got.</param>
/// <param name="state">The caller's state.</param>
public delegate int BatchSettler<in TState>(int messages, TState state)
    where TState : allows ref struct;
