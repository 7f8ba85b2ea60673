using System.Diagnostics.CodeAnalysis;

namespace RingShm;

/// <summary>
/// A message that was copied out of the ring and handed back: it may be kept, passed on and awaited over. To work on the shared
/// bytes themselves, take a <see cref="Message"/>.
/// </summary>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Messages are not compared.")]
public readonly struct OwnedMessage
{
    internal OwnedMessage(in Message message)
    {
        Memory = message.Span.ToArray();
        Type = message.Type;
        Position = message.Position;
        Redelivered = message.Redelivered;
        LostBefore = message.LostBefore;
    }

    /// <summary>The payload, an array of its own.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The tag that the producer gave it; the ring itself does not look at it.</summary>
    public int Type { get; }

    /// <inheritdoc cref="Message.Position"/>
    public long Position { get; }

    /// <inheritdoc cref="Message.Redelivered"/>
    public bool Redelivered { get; }

    /// <inheritdoc cref="Message.LostBefore"/>
    public long LostBefore { get; }
}
