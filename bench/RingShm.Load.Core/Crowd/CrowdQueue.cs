using System.Runtime.CompilerServices;

namespace RingShm.Load.Crowd;

/// <summary>What a participant opens a contestant with.</summary>
/// <param name="Name">Unique for this opening.</param>
/// <param name="Slots">Messages that the queue holds at most, the same for all; a power of two.</param>
/// <param name="Shape">Producers and consumers.</param>
/// <param name="Participant">Which of them this is: producers first. -1 for the conductor, who only makes the memory.</param>
internal sealed record CrowdScene(string Name, int Slots, Shape Shape, int Participant)
{
    public bool IsProducer => Participant < Shape.Producers;
}

/// <summary>
/// One participant's end of a queue. A struct as a type argument, so that the loops are compiled for it and nothing stands
/// between them and the queue. To add a contestant, write one of these and name it in <see cref="CrowdCatalog"/>.
/// </summary>
internal interface ICrowdQueue<TSelf, T>
    where TSelf : struct, ICrowdQueue<TSelf, T>
    where T : unmanaged
{
    /// <summary>Makes the queue, before any participant attaches; disposing the result takes it away, after all have detached.</summary>
    static abstract IDisposable Create(CrowdScene scene);

    /// <summary>Attaches the calling participant.</summary>
    static abstract TSelf Attach(CrowdScene scene);

    bool TryEnqueue(in T message);

    bool TryDequeue(out T message);

    void Detach();
}

/// <summary>One participant's part in the bursts of one contestant.</summary>
internal interface ICrowdPart : IDisposable
{
    CrowdReceipt Play(in CrowdBurst burst, CrowdStage stage, long start, in CrowdWaiting waiting);
}

/// <summary>What a participant does after a refused attempt, the same for every contestant.</summary>
/// <param name="SpinsBeforeYield">Refused attempts in a row before it yields.</param>
/// <param name="Pauses">Pauses after each refused attempt until then.</param>
internal readonly record struct CrowdWaiting(int SpinsBeforeYield, int Pauses)
{
    /// <returns>How often it has waited now.</returns>
    /// <remarks>Not inlined: the frames for the runtime's calls would burden the loops around it.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int Wait(int spins)
    {
        if (++spins > SpinsBeforeYield)
            Thread.Yield();
        else if (Pauses > 0)
            Thread.SpinWait(Pauses);
        return spins;
    }
}

/// <summary>The loops, the same for every contestant.</summary>
internal sealed unsafe class CrowdPart<T, TQueue>(CrowdScene scene) : ICrowdPart
    where T : unmanaged, ICrowdMessage<T>
    where TQueue : struct, ICrowdQueue<TQueue, T>
{
    private TQueue _queue = TQueue.Attach(scene);

    public CrowdReceipt Play(in CrowdBurst burst, CrowdStage stage, long start, in CrowdWaiting waiting)
    {
        if (!scene.IsProducer)
            return Consume(start, waiting);
        Produce(burst.FirstOf(scene.Participant), burst.CountPerProducer, waiting);
        if (stage.IsLastToFinish(scene.Shape.Producers))
            SendEndMarks(waiting);
        return new CrowdReceipt { Start = start };
    }

    public void Dispose() => _queue.Detach();

    private void Produce(ulong first, long count, CrowdWaiting waiting)
    {
        TQueue queue = _queue;
        ulong end = first + (ulong)count;
        for (ulong word = first; word != end; word++)
        {
            T message = T.Make(word);
            for (int spins = 0; !queue.TryEnqueue(in message);)
                spins = waiting.Wait(spins);
        }

        _queue = queue;
    }

    private void SendEndMarks(CrowdWaiting waiting)
    {
        T mark = T.Make(CrowdBurst.EndMark);
        for (int i = 0; i < scene.Shape.Consumers; i++)
        {
            for (int spins = 0; !_queue.TryEnqueue(in mark);)
                spins = waiting.Wait(spins);
        }
    }

    private CrowdReceipt Consume(long start, CrowdWaiting waiting)
    {
        TQueue queue = _queue;
        // The first message of a burst is number 0 of its producer: anything is later than what stands here.
        long* last = stackalloc long[CrowdBurst.MaxProducers];
        new Span<long>(last, CrowdBurst.MaxProducers).Fill(-1);
        ulong sum = 0;
        long count = 0, disorder = 0;
        while (true)
        {
            T message;
            for (int spins = 0; !queue.TryDequeue(out message);)
                spins = waiting.Wait(spins);

            ulong first = message.First;
            if (first == CrowdBurst.EndMark)
                break;
            int producer = CrowdBurst.ProducerOf(first);
            disorder += (long)first <= last[producer] ? 1 : 0;
            last[producer] = (long)first;
            sum += message.Sum;
            count++;
        }

        _queue = queue;
        return new CrowdReceipt { Start = start, Count = count, Sum = sum, Disorder = disorder };
    }
}
