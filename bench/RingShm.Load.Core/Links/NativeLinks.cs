namespace RingShm.Load;

/// <summary>Which native queue.</summary>
internal interface INativeKind
{
    static abstract PeerKind Kind { get; }
}

/// <summary>A native queue, one call a message; where single calls would weigh, use <see cref="NativeThroughput"/>.</summary>
internal readonly unsafe struct NativeLink<TKind> : ILink<NativeLink<TKind>>
    where TKind : struct, INativeKind
{
    private readonly NativePeer _peer;

    private NativeLink(NativePeer peer) => _peer = peer;

    public static NativeLink<TKind> Open(Scene scene, string suffix, bool sends) =>
        new(NativePeers.Open(TKind.Kind, scene.MessageBytes, scene.Name + suffix, scene.IsLeader));

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        fixed (byte* start = message)
            return _peer.TrySend(start);
    }

    public bool TryReceive(out ulong sum, out ulong first)
    {
        ulong words, head;
        bool came = _peer.TryReceive(&words, &head);
        sum = words;
        first = head;
        return came;
    }

    public void Dispose() => _peer.Dispose();
}

/// <summary>A native queue with native loops.</summary>
internal sealed class NativeThroughput(PeerKind kind, Scene scene) : IContestant
{
    private readonly NativePeer _peer = NativePeers.Open(kind, scene.MessageBytes, scene.Name, scene.IsLeader);

    public void Lead(in Burst burst) => _peer.Produce(scene.Payload, burst);

    public Receipt Follow(in Burst burst) => _peer.Consume(scene.Payload, burst);

    public void Dispose() => _peer.Dispose();
}

internal readonly struct BoostSpscKind : INativeKind
{
    public static PeerKind Kind => PeerKind.BoostSpsc;
}

internal readonly struct BoostMessageQueueKind : INativeKind
{
    public static PeerKind Kind => PeerKind.BoostMessageQueue;
}

internal readonly struct AtomicQueueKind : INativeKind
{
    public static PeerKind Kind => PeerKind.AtomicQueueSpsc;
}

/// <summary>The yardstick's ring in C#, one call a message.</summary>
internal readonly unsafe struct YardstickLink : ILink<YardstickLink>
{
    private readonly YardstickRing _ring;
    private readonly int _messageBytes;

    private YardstickLink(YardstickRing ring, int messageBytes)
    {
        _ring = ring;
        _messageBytes = messageBytes;
    }

    private ref long ProducerPosition => ref *(long*)(_ring.Side->Ring + YardstickRing.ProducerPositionOffset);

    private ref long ConsumerPosition => ref *(long*)(_ring.Side->Ring + YardstickRing.ConsumerPositionOffset);

    private byte* Slot => _ring.Side->Ring + YardstickRing.SlotsOffset + ((_ring.Side->Position & _ring.Side->Mask) * (ulong)_messageBytes);

    public static YardstickLink Open(Scene scene, string suffix, bool sends) =>
        new(new YardstickRing(scene, "-y" + suffix), scene.MessageBytes);

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        YardstickSide* side = _ring.Side;
        if (side->Position - side->Other > side->Mask)
        {
            side->Other = (ulong)Volatile.Read(ref ConsumerPosition);
            if (side->Position - side->Other > side->Mask)
                return false;
        }

        message.CopyTo(new Span<byte>(Slot, _messageBytes));
        Volatile.Write(ref ProducerPosition, (long)++side->Position);
        return true;
    }

    public bool TryReceive(out ulong sum, out ulong first)
    {
        YardstickSide* side = _ring.Side;
        if (side->Position == side->Other)
        {
            side->Other = (ulong)Volatile.Read(ref ProducerPosition);
            if (side->Position == side->Other)
            {
                sum = first = 0;
                return false;
            }
        }

        byte* message = Slot;
        first = *(ulong*)message;
        sum = WordSum.Of(in *message, _messageBytes);
        Volatile.Write(ref ConsumerPosition, (long)++side->Position);
        return true;
    }

    public void Dispose() => _ring.Dispose();
}
