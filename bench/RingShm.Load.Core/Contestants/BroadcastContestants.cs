using System.Runtime.CompilerServices;

namespace RingShm.Load;

/// <summary>The memory of a broadcast ring of values and this process's handles: the leader writes, the follower has all readers.</summary>
internal abstract class BroadcastContestant<T> : IContestant
    where T : unmanaged
{
    private readonly BroadcastRing<T> _ring;

    protected BroadcastContestant(Scene scene, BroadcastDelivery delivery, int readers)
    {
        Scene = scene;
        _ring = RingLinks.OpenBroadcast<T>(scene, "", delivery);
        if (scene.IsLeader)
            Writer = _ring.AttachWriter();
        else
            Readers = [.. Enumerable.Range(0, readers).Select(_ => _ring.AttachReader())];
    }

    protected Scene Scene { get; }

    protected BroadcastWriter<T>? Writer { get; }

    protected BroadcastReader<T>[] Readers { get; } = [];

    public virtual unsafe void Lead(in Burst burst)
    {
        BroadcastWriter<T> writer = Writer!;
        T* messages = (T*)Scene.Payload.Messages;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        bool isFresh = Scene.Payload.IsFresh;
        ulong baseWord = Scene.Payload.BaseWord;
        for (long i = 0; i < burst.Count; i++)
        {
            if (isFresh)
                *(ulong*)(messages + j) = baseWord + (ulong)j;
            while (!writer.TryWrite(in messages[j]))
            {
            }

            if (++j == size)
                j = 0;
        }
    }

    public abstract Receipt Follow(in Burst burst);

    public void Dispose()
    {
        _ring.Dispose();
        RingLinks.Remove(Scene, "");
    }
}

/// <summary>A reliable ring whose readers, all in the following process, take turns: each sees every message.</summary>
internal sealed class BroadcastToMany<T>(Scene scene) : BroadcastContestant<T>(scene, BroadcastDelivery.Reliable, scene.Readers)
    where T : unmanaged
{
    public override unsafe Receipt Follow(in Burst burst)
    {
        BroadcastReader<T>[] readers = Readers;
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        for (long i = 0; i < burst.Count; i++)
        {
            for (int reader = 0; reader < readers.Length; reader++)
            {
                T message;
                while (!readers[reader].TryRead(out message))
                {
                }

                ulong words = WordSum.Of(in Unsafe.As<T, byte>(ref message), sizeof(T));
                sum += reader == 0 ? words : 0;
                disorder |= Unsafe.As<T, ulong>(ref message) ^ (baseWord + (ulong)j);
            }

            if (++j == size)
                j = 0;
        }

        return new Receipt(sum, disorder);
    }
}

/// <summary>A reliable ring with one reader, 32 messages a call at both ends where there are as many.</summary>
internal sealed unsafe class BroadcastBatch<T>(Scene scene) : BroadcastContestant<T>(scene, BroadcastDelivery.Reliable, readers: 1)
    where T : unmanaged
{
    private const int BatchLength = 32;

    public override void Lead(in Burst burst)
    {
        BroadcastWriter<T> writer = Writer!;
        T* messages = (T*)Scene.Payload.Messages;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        bool isFresh = Scene.Payload.IsFresh;
        ulong baseWord = Scene.Payload.BaseWord;
        for (long left = burst.Count; left > 0;)
        {
            int wanted = (int)Math.Min(left, Math.Min(BatchLength, size - j));
            for (int i = j; isFresh && i < j + wanted; i++)
                *(ulong*)(messages + i) = baseWord + (ulong)i;
            int written = writer.TryWriteBatch(new ReadOnlySpan<T>(messages + j, wanted));
            left -= written;
            j += written;
            if (j == size)
                j = 0;
        }
    }

    public override Receipt Follow(in Burst burst)
    {
        BroadcastReader<T> reader = Readers[0];
        ulong sum = 0, disorder = 0, baseWord = Scene.Payload.BaseWord;
        int size = Scene.Payload.Count, j = (int)(burst.First % size);
        T* batch = stackalloc T[BatchLength];
        for (long left = burst.Count; left > 0;)
        {
            int count = reader.TryReadBatch(new Span<T>(batch, BatchLength));
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

/// <summary>
/// A lossy ring: only the writer's time counts, whoever reads or does not. Readers check that what they read and what they are told was
/// lost add up, message by message.
/// </summary>
internal sealed class LossyWriting<T>(Scene scene, int readers, bool read) : BroadcastContestant<T>(scene, BroadcastDelivery.Lossy, readers), IWriterTimed
    where T : unmanaged
{
    public override unsafe Receipt Follow(in Burst burst)
    {
        Receipt receipt = new((ulong)burst.Count, 0);
        if (!read)
            return receipt;
        int size = Scene.Payload.Count;
        Span<long> passed = stackalloc long[Readers.Length];
        passed.Clear();
        for (int done = 0; done < Readers.Length;)
        {
            done = 0;
            for (int i = 0; i < Readers.Length; i++)
            {
                if (passed[i] < burst.Count && Readers[i].TryRead(out T message, out long lost))
                {
                    ulong j = (ulong)((burst.First + passed[i] + lost) % size);
                    receipt.Disorder |= Unsafe.As<T, ulong>(ref message) ^ (Scene.Payload.BaseWord + j);
                    passed[i] += lost + 1;
                }

                done += passed[i] < burst.Count ? 0 : 1;
            }
        }

        return receipt;
    }
}
