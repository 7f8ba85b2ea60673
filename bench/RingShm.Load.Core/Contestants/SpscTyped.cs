using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary>Eight words: a message that is as long as a cache line.</summary>
[InlineArray(8)]
internal struct Block64
{
    private ulong _first;
}

/// <summary>The memory of a typed ring and this process's handle on it; contestants differ in how they use it.</summary>
internal abstract class SpscTypedContestant<T> : IContestant
    where T : unmanaged
{
    private readonly SpscRing<T> _ring;

    protected SpscTypedContestant(Scene scene)
    {
        Scene = scene;
        RingOptions options = new() { CapacityBytes = scene.RingBytes };
        _ring = scene.IsLeader ? SpscRing<T>.Create(scene.Name, options) : SpscRing<T>.Open(scene.Name, options);
        if (scene.IsLeader)
            Producer = _ring.AttachProducer();
        else
            Consumer = _ring.AttachConsumer();
    }

    protected Scene Scene { get; }

    protected SpscProducer<T>? Producer { get; }

    protected SpscConsumer<T>? Consumer { get; }

    public abstract void Lead(in Burst burst);

    public abstract Receipt Follow(in Burst burst);

    public void Dispose()
    {
        Producer?.Dispose();
        Consumer?.Dispose();
        _ring.Dispose();
        if (Scene.IsLeader)
            Ring.Remove(Scene.Name);
    }
}

/// <summary><see cref="SpscRing{T}"/>, one call a message.</summary>
internal sealed unsafe class SpscTyped<T>(Scene scene) : SpscTypedContestant<T>(scene)
    where T : unmanaged
{
    public override void Lead(in Burst burst)
    {
        SpscProducer<T> producer = Producer!;
        T* messages = (T*)Scene.Payload.Messages;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        bool isFresh = Scene.Payload.IsFresh;
        ulong baseWord = Scene.Payload.BaseWord;
        for (long i = 0; i < burst.Count; i++)
        {
            if (isFresh)
                *(ulong*)(messages + j) = baseWord + (ulong)j;
            while (!producer.TryWrite(in messages[j]))
            {
            }

            if (++j == size)
                j = 0;
        }
    }

    public override Receipt Follow(in Burst burst)
    {
        SpscConsumer<T> consumer = Consumer!;
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            T message;
            while (!consumer.TryRead(out message))
            {
            }

            sum += WordSum.Of(in Unsafe.As<T, byte>(ref message), sizeof(T));
            disorder |= Unsafe.As<T, ulong>(ref message) ^ (baseWord + (ulong)j);
            if (++j == size)
                j = 0;
        }

        return new Receipt(sum, disorder);
    }
}

/// <summary><see cref="SpscRing{T}"/>, 32 messages a call at both ends where there are as many.</summary>
internal sealed unsafe class SpscBatch<T>(Scene scene) : SpscTypedContestant<T>(scene)
    where T : unmanaged
{
    private const int BatchLength = 32;

    public override void Lead(in Burst burst)
    {
        SpscProducer<T> producer = Producer!;
        T* messages = (T*)Scene.Payload.Messages;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        bool isFresh = Scene.Payload.IsFresh;
        ulong baseWord = Scene.Payload.BaseWord;
        for (long left = burst.Count; left > 0;)
        {
            int wanted = (int)Math.Min(left, Math.Min(BatchLength, size - j));
            for (int i = j; isFresh && i < j + wanted; i++)
                *(ulong*)(messages + i) = baseWord + (ulong)i;
            int written = producer.TryWriteBatch(new ReadOnlySpan<T>(messages + j, wanted));
            left -= written;
            j += written;
            if (j == size)
                j = 0;
        }
    }

    public override Receipt Follow(in Burst burst)
    {
        SpscConsumer<T> consumer = Consumer!;
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        T* batch = stackalloc T[BatchLength];
        for (long left = burst.Count; left > 0;)
        {
            int count = consumer.TryReadBatch(new Span<T>(batch, BatchLength));
            left -= count;
            sum += WordSum.Of(in *(byte*)batch, count * sizeof(T));
            for (int i = 0; i < count; i++)
            {
                disorder |= *(ulong*)(batch + i) ^ (baseWord + (ulong)j);
                if (++j == size)
                    j = 0;
            }
        }

        return new Receipt(sum, disorder);
    }
}
