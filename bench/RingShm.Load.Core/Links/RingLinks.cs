using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary>What a ring leaves behind; on Windows nothing, when its last user has gone.</summary>
internal static class RingLinks
{
    public static RingOptions Options(Scene scene) => new()
    {
        CapacityBytes = scene.RingBytes,
        MaxMessageBytes = scene.MessageBytes,
        MaxParticipants = scene.IdleParticipants > 0 ? scene.IdleParticipants + 2 : 0,
        Producers = scene.IsSingle ? Cardinality.One : Cardinality.Default,
        Consumers = scene.IsSingle ? Cardinality.One : Cardinality.Default,
    };

    public static RingOptions OptionsOfValues(Scene scene) => new()
    {
        CapacityBytes = scene.RingBytes,
        MaxParticipants = scene.IdleParticipants > 0 ? scene.IdleParticipants + 2 : 0,
        Producers = scene.IsSingle ? Cardinality.One : Cardinality.Default,
        Consumers = scene.IsSingle ? Cardinality.One : Cardinality.Default,
    };

    public static BroadcastRing<T> OpenBroadcast<T>(Scene scene, string suffix, BroadcastDelivery delivery)
        where T : unmanaged
    {
        RingOptions options = new()
        {
            CapacityBytes = scene.RingBytes,
            Producers = scene.IsSingle ? Cardinality.One : Cardinality.Default,
            Delivery = delivery,
        };
        return scene.IsLeader ? BroadcastRing<T>.Create(scene.Name + suffix, options) : BroadcastRing<T>.Open(scene.Name + suffix, options);
    }

    public static void Remove(Scene scene, string suffix)
    {
        if (scene.IsLeader && !OperatingSystem.IsWindows())
            Ring.Remove(scene.Name + suffix);
    }

    /// <summary>Reads a message in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Look(in Message message, out ulong sum, out ulong first)
    {
        ref byte start = ref MemoryMarshal.GetReference(message.Span);
        first = Unsafe.ReadUnaligned<ulong>(in start);
        sum = WordSum.Of(in start, message.Span.Length);
    }
}

/// <summary><see cref="SpscRing"/>: spans in, leases out.</summary>
internal struct SpscLink : ILink<SpscLink>
{
    private Scene _scene;
    private string _suffix;
    private SpscRing _ring;
    private SpscProducer? _producer;
    private SpscConsumer? _consumer;

    public static SpscLink Open(Scene scene, string suffix, bool sends)
    {
        RingOptions options = RingLinks.Options(scene);
        SpscRing ring = scene.IsLeader ? SpscRing.Create(scene.Name + suffix, options) : SpscRing.Open(scene.Name + suffix, options);
        return new SpscLink
        {
            _scene = scene,
            _suffix = suffix,
            _ring = ring,
            _producer = sends ? ring.AttachProducer() : null,
            _consumer = sends ? null : ring.AttachConsumer(),
        };
    }

    public readonly bool TrySend(ReadOnlySpan<byte> message) => _producer!.TryWrite(message);

    public readonly bool TryReceive(out ulong sum, out ulong first)
    {
        if (_consumer!.TryRead(out Message message))
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
        _producer?.Dispose();
        _consumer?.Dispose();
        _ring.Dispose();
        RingLinks.Remove(_scene, _suffix);
    }
}

/// <summary><see cref="MpmcRing"/>, open to many, though there is one of each: spans in, leases out.</summary>
internal struct MpmcLink : ILink<MpmcLink>
{
    private Scene _scene;
    private string _suffix;
    private MpmcRing _ring;
    private MpmcProducer? _producer;
    private MpmcConsumer? _consumer;

    public static MpmcLink Open(Scene scene, string suffix, bool sends)
    {
        RingOptions options = RingLinks.Options(scene);
        MpmcRing ring = scene.IsLeader ? MpmcRing.Create(scene.Name + suffix, options) : MpmcRing.Open(scene.Name + suffix, options);
        return new MpmcLink
        {
            _scene = scene,
            _suffix = suffix,
            _ring = ring,
            _producer = sends ? ring.AttachProducer() : null,
            _consumer = sends ? null : ring.AttachConsumer(),
        };
    }

    public readonly bool TrySend(ReadOnlySpan<byte> message) => _producer!.TryWrite(message);

    public readonly bool TryReceive(out ulong sum, out ulong first)
    {
        if (_consumer!.TryRead(out Message message))
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
        _producer?.Dispose();
        _consumer?.Dispose();
        _ring.Dispose();
        RingLinks.Remove(_scene, _suffix);
    }
}

/// <summary>
/// <see cref="MpmcRing{T}"/>, open to many, though there is one of each at work. Participants that only stand by may be attached, to see
/// what they cost.
/// </summary>
internal struct MpmcValueLink<T> : ILink<MpmcValueLink<T>>
    where T : unmanaged
{
    private Scene _scene;
    private string _suffix;
    private MpmcRing<T> _ring;
    private MpmcProducer<T>? _producer;
    private MpmcConsumer<T>? _consumer;

    public static MpmcValueLink<T> Open(Scene scene, string suffix, bool sends)
    {
        RingOptions options = RingLinks.OptionsOfValues(scene);
        MpmcRing<T> ring = scene.IsLeader
            ? MpmcRing<T>.Create(scene.Name + suffix, options)
            : MpmcRing<T>.Open(scene.Name + suffix, options);
        MpmcValueLink<T> link = new()
        {
            _scene = scene,
            _suffix = suffix,
            _ring = ring,
            _producer = sends ? ring.AttachProducer() : null,
            _consumer = sends ? null : ring.AttachConsumer(),
        };
        // Disposing the ring detaches them.
        for (int i = 0; scene.IsLeader && i < scene.IdleParticipants; i++)
            _ = i % 2 == 0 ? (RingHandle)ring.AttachConsumer() : ring.AttachProducer();
        return link;
    }

    public readonly bool TrySend(ReadOnlySpan<byte> message) =>
        _producer!.TryWrite(in Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(message)));

    public readonly unsafe bool TryReceive(out ulong sum, out ulong first)
    {
        if (_consumer!.TryRead(out T value))
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
