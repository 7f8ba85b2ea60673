namespace RingShm.Load;

/// <summary>
/// One direction of a transport, message by message. A struct as a type argument, so that the loops are compiled for it and
/// nothing stands between them and the transport. To add a contestant, write one of these and name it in <see cref="Catalog"/>.
/// </summary>
internal interface ILink<TSelf> : IDisposable
    where TSelf : struct, ILink<TSelf>
{
    /// <summary>Opens one end. The leader comes first and makes what the follower opens.</summary>
    /// <param name="scene">Names, lengths, sides.</param>
    /// <param name="suffix">Tells the two directions of a round trip apart.</param>
    /// <param name="sends">True at the sending end.</param>
    static abstract TSelf Open(Scene scene, string suffix, bool sends);

    /// <summary>False when there is no room; a transport that waits by itself always says true.</summary>
    bool TrySend(ReadOnlySpan<byte> message);

    /// <summary>Takes a message and reads every word of it; false when there is none.</summary>
    bool TryReceive(out ulong sum, out ulong first);
}
