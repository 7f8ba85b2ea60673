using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary><see cref="BroadcastRing"/> with one reader: spans in, leases out.</summary>
internal struct BroadcastLink : ILink<BroadcastLink>
{
    private Scene _scene;
    private string _suffix;
    private BroadcastRing _ring;
    private BroadcastWriter? _writer;
    private BroadcastReader? _reader;

    public static BroadcastLink Open(Scene scene, string suffix, bool sends)
    {
        RingOptions options = new()
        {
            CapacityBytes = scene.RingBytes,
            MaxMessageBytes = scene.MessageBytes,
            Producers = scene.IsSingle ? Cardinality.One : Cardinality.Default,
            Delivery = BroadcastDelivery.Reliable,
        };
        BroadcastRing ring = scene.IsLeader ? BroadcastRing.Create(scene.Name + suffix, options) : BroadcastRing.Open(scene.Name + suffix, options);
        return new BroadcastLink
        {
            _scene = scene,
            _suffix = suffix,
            _ring = ring,
            _writer = sends ? ring.AttachWriter() : null,
            _reader = sends ? null : ring.AttachReader(),
        };
    }

    public readonly bool TrySend(ReadOnlySpan<byte> message) => _writer!.TryWrite(message);

    public readonly bool TryReceive(out ulong sum, out ulong first)
    {
        if (_reader!.TryRead(out Message message))
        {
            RingLinks.Look(message, out sum, out first);
            message.Dispose();
            return true;
        }

        sum = first = 0;
        return false;
    }

    public readonly void Dispose()
    {
        _ring.Dispose();
        RingLinks.Remove(_scene, _suffix);
    }
}

/// <summary><see cref="BroadcastRing{T}"/> with one reader.</summary>
internal struct BroadcastValueLink<T> : ILink<BroadcastValueLink<T>>
    where T : unmanaged
{
    private Scene _scene;
    private string _suffix;
    private BroadcastRing<T> _ring;
    private BroadcastWriter<T>? _writer;
    private BroadcastReader<T>? _reader;

    public static BroadcastValueLink<T> Open(Scene scene, string suffix, bool sends)
    {
        BroadcastRing<T> ring = RingLinks.OpenBroadcast<T>(scene, suffix, BroadcastDelivery.Reliable);
        return new BroadcastValueLink<T>
        {
            _scene = scene,
            _suffix = suffix,
            _ring = ring,
            _writer = sends ? ring.AttachWriter() : null,
            _reader = sends ? null : ring.AttachReader(),
        };
    }

    public readonly bool TrySend(ReadOnlySpan<byte> message) =>
        _writer!.TryWrite(in Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(message)));

    public readonly unsafe bool TryReceive(out ulong sum, out ulong first)
    {
        if (_reader!.TryRead(out T value))
        {
            ref byte start = ref Unsafe.As<T, byte>(ref value);
            first = Unsafe.ReadUnaligned<ulong>(in start);
            sum = WordSum.Of(in start, sizeof(T));
            return true;
        }

        sum = first = 0;
        return false;
    }

    public readonly void Dispose()
    {
        _ring.Dispose();
        RingLinks.Remove(_scene, _suffix);
    }
}
