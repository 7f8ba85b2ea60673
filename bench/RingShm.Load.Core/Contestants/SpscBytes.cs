using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary><see cref="SpscRing"/>, one call a message, spans in and leases out; the length is not known at compile time.</summary>
internal sealed unsafe class SpscBytes : IContestant
{
    private readonly Scene _scene;
    private readonly SpscRing _ring;
    private readonly SpscProducer? _producer;
    private readonly SpscConsumer? _consumer;

    public SpscBytes(Scene scene)
    {
        _scene = scene;
        RingOptions options = new() { CapacityBytes = scene.RingBytes, MaxMessageBytes = scene.MessageBytes };
        _ring = scene.IsLeader ? SpscRing.Create(scene.Name, options) : SpscRing.Open(scene.Name, options);
        if (scene.IsLeader)
            _producer = _ring.AttachProducer();
        else
            _consumer = _ring.AttachConsumer();
    }

    public void Lead(in Burst burst)
    {
        SpscProducer producer = _producer!;
        byte* messages = _scene.Payload.Messages;
        int bytes = _scene.MessageBytes, size = _scene.Payload.Count, j = (int)(burst.First % size);
        bool isFresh = _scene.Payload.IsFresh;
        ulong baseWord = _scene.Payload.BaseWord;
        for (long i = 0; i < burst.Count; i++)
        {
            if (isFresh)
                *(ulong*)(messages + (j * bytes)) = baseWord + (ulong)j;
            ReadOnlySpan<byte> message = new(messages + (j * bytes), bytes);
            while (!producer.TryWrite(message))
            {
            }

            if (++j == size)
                j = 0;
        }
    }

    public Receipt Follow(in Burst burst)
    {
        SpscConsumer consumer = _consumer!;
        ulong sum = 0, disorder = 0, baseWord = _scene.Payload.BaseWord;
        int size = _scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            Message message;
            while (!consumer.TryRead(out message))
            {
            }

            ReadOnlySpan<byte> span = message.Span;
            sum += WordSum.Of(in MemoryMarshal.GetReference(span), span.Length);
            disorder |= Unsafe.ReadUnaligned<ulong>(in MemoryMarshal.GetReference(span)) ^ (baseWord + (ulong)j);
            // Not "using": a try block in this loop keeps its locals in memory, and those would be measured.
            message.Dispose();
            if (++j == size)
                j = 0;
        }

        return new Receipt(sum, disorder);
    }

    public void Dispose()
    {
        _producer?.Dispose();
        _consumer?.Dispose();
        _ring.Dispose();
        if (_scene.IsLeader)
            Ring.Remove(_scene.Name);
    }
}
