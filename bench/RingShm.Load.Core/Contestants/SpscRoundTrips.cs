using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary>A message there over one <see cref="SpscRing"/>, its echo back over another, sent from where it was read.</summary>
internal sealed unsafe class SpscBytesRoundTrip : RoundTrip
{
    private readonly SpscRing _there;
    private readonly SpscRing _back;
    private readonly SpscProducer _producer;
    private readonly SpscConsumer _consumer;

    public SpscBytesRoundTrip(Scene scene)
        : base(scene)
    {
        RingOptions options = new() { CapacityBytes = scene.RingBytes, MaxMessageBytes = scene.MessageBytes };
        _there = scene.IsLeader ? SpscRing.Create(scene.Name + "-t", options) : SpscRing.Open(scene.Name + "-t", options);
        _back = scene.IsLeader ? SpscRing.Create(scene.Name + "-b", options) : SpscRing.Open(scene.Name + "-b", options);
        _producer = (scene.IsLeader ? _there : _back).AttachProducer();
        _consumer = (scene.IsLeader ? _back : _there).AttachConsumer();
    }

    public override Receipt Follow(in Burst burst)
    {
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            Message message;
            while (!_consumer.TryRead(out message))
            {
            }

            ReadOnlySpan<byte> span = message.Span;
            sum += WordSum.Of(in MemoryMarshal.GetReference(span), span.Length);
            disorder |= Unsafe.ReadUnaligned<ulong>(in MemoryMarshal.GetReference(span)) ^ (baseWord + (ulong)j);
            while (!_producer.TryWrite(span))
            {
            }

            message.Dispose();
            if (++j == size)
                j = 0;
        }

        return new Receipt(sum, disorder);
    }

    public override void Dispose()
    {
        _producer.Dispose();
        _consumer.Dispose();
        _there.Dispose();
        _back.Dispose();
        if (Scene.IsLeader)
        {
            Ring.Remove(Scene.Name + "-t");
            Ring.Remove(Scene.Name + "-b");
        }
    }

    protected override Receipt Ask(in Burst burst, long[] stamps)
    {
        ulong sum = 0;
        byte* messages = Scene.Payload.Messages;
        ulong disorder = 0, baseWord = Scene.Payload.BaseWord;
        int bytes = Scene.MessageBytes, size = Scene.Payload.Count, j = (int)(burst.First % size);
        int perStamp = Clock.RoundTripsPerStamp, stamp = 0;
        for (long i = 0; i < burst.Count; i += perStamp)
        {
            stamps[stamp++] = Stopwatch.GetTimestamp();
            for (int k = 0; k < perStamp; k++)
            {
                ReadOnlySpan<byte> question = new(messages + (j * bytes), bytes);
                while (!_producer.TryWrite(question))
                {
                }

                Message message;
                while (!_consumer.TryRead(out message))
                {
                }

                ReadOnlySpan<byte> span = message.Span;
                sum += WordSum.Of(in MemoryMarshal.GetReference(span), span.Length);
                disorder |= Unsafe.ReadUnaligned<ulong>(in MemoryMarshal.GetReference(span)) ^ (baseWord + (ulong)j);
                message.Dispose();
                if (++j == size)
                    j = 0;
            }
        }

        stamps[stamp] = Stopwatch.GetTimestamp();
        return new Receipt(sum, disorder);
    }
}

/// <summary>The same over two <see cref="SpscRing{T}"/>.</summary>
internal sealed unsafe class SpscTypedRoundTrip<T> : RoundTrip
    where T : unmanaged
{
    private readonly SpscRing<T> _there;
    private readonly SpscRing<T> _back;
    private readonly SpscProducer<T> _producer;
    private readonly SpscConsumer<T> _consumer;

    public SpscTypedRoundTrip(Scene scene)
        : base(scene)
    {
        RingOptions options = new() { CapacityBytes = scene.RingBytes };
        _there = scene.IsLeader ? SpscRing<T>.Create(scene.Name + "-t", options) : SpscRing<T>.Open(scene.Name + "-t", options);
        _back = scene.IsLeader ? SpscRing<T>.Create(scene.Name + "-b", options) : SpscRing<T>.Open(scene.Name + "-b", options);
        _producer = (scene.IsLeader ? _there : _back).AttachProducer();
        _consumer = (scene.IsLeader ? _back : _there).AttachConsumer();
    }

    public override Receipt Follow(in Burst burst)
    {
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            T message;
            while (!_consumer.TryRead(out message))
            {
            }

            sum += WordSum.Of(in Unsafe.As<T, byte>(ref message), sizeof(T));
            disorder |= Unsafe.As<T, ulong>(ref message) ^ (baseWord + (ulong)j);
            while (!_producer.TryWrite(in message))
            {
            }

            if (++j == size)
                j = 0;
        }

        return new Receipt(sum, disorder);
    }

    public override void Dispose()
    {
        _producer.Dispose();
        _consumer.Dispose();
        _there.Dispose();
        _back.Dispose();
        if (Scene.IsLeader)
        {
            Ring.Remove(Scene.Name + "-t");
            Ring.Remove(Scene.Name + "-b");
        }
    }

    protected override Receipt Ask(in Burst burst, long[] stamps)
    {
        ulong sum = 0;
        T* messages = (T*)Scene.Payload.Messages;
        ulong disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        int perStamp = Clock.RoundTripsPerStamp, stamp = 0;
        for (long i = 0; i < burst.Count; i += perStamp)
        {
            stamps[stamp++] = Stopwatch.GetTimestamp();
            for (int k = 0; k < perStamp; k++)
            {
                while (!_producer.TryWrite(in messages[j]))
                {
                }

                T message;
                while (!_consumer.TryRead(out message))
                {
                }

                sum += WordSum.Of(in Unsafe.As<T, byte>(ref message), sizeof(T));
                disorder |= Unsafe.As<T, ulong>(ref message) ^ (baseWord + (ulong)j);
                if (++j == size)
                    j = 0;
            }
        }

        stamps[stamp] = Stopwatch.GetTimestamp();
        return new Receipt(sum, disorder);
    }
}
