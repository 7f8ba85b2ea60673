using System.Runtime.CompilerServices;

namespace RingShm.Load.Crowd;

/// <summary>
/// The ring that ships, with batches of 32 at both ends. A batch could hold the end marks of several consumers, so there are none: a
/// consumer is through when all producers are and it has found nothing more.
/// </summary>
internal sealed class CrowdBatchPart<T>(CrowdScene scene) : ICrowdPart
    where T : unmanaged, ICrowdMessage<T>
{
    private const int BatchLength = 32;

    private MpmcRingCrowd<T> _queue = MpmcRingCrowd<T>.Attach(scene);

    public static CrowdEntry Entry(string name) => new(
        name, T.Words * sizeof(ulong), IsInProcess: false, IsExplored: false, MpmcRingCrowd<T>.Create,
        static scene => new CrowdBatchPart<T>(scene), static (burst, producers) => burst.ExpectedSum<T>(producers));

    public CrowdReceipt Play(in CrowdBurst burst, CrowdStage stage, long start, in CrowdWaiting waiting)
    {
        ref MpmcRingCrowd<T> queue = ref _queue;
        if (!scene.IsProducer)
            return Consume(ref queue, stage, start, waiting);
        Produce(ref queue, burst.FirstOf(scene.Participant), burst.CountPerProducer, waiting);
        stage.IsLastToFinish(scene.Shape.Producers);
        return new CrowdReceipt { Start = start };
    }

    public void Dispose() => _queue.Detach();

    [SkipLocalsInit]
    private static void Produce(ref MpmcRingCrowd<T> queue, ulong first, long count, CrowdWaiting waiting)
    {
        Span<T> batch = stackalloc T[BatchLength];
        for (ulong word = first, end = first + (ulong)count; word != end;)
        {
            int length = (int)Math.Min(BatchLength, end - word);
            for (int i = 0; i < length; i++)
                batch[i] = T.Make(word++);
            int spins = 0;
            for (ReadOnlySpan<T> left = batch[..length]; left.Length > 0;)
            {
                int written = queue.EnqueueBatch(left);
                left = left[written..];
                spins = written == 0 ? waiting.Wait(spins) : 0;
            }
        }
    }

    [SkipLocalsInit]
    private CrowdReceipt Consume(ref MpmcRingCrowd<T> queue, CrowdStage stage, long start, CrowdWaiting waiting)
    {
        Span<T> batch = stackalloc T[BatchLength];
        Span<long> last = stackalloc long[CrowdBurst.MaxProducers];
        last.Fill(-1);
        CrowdReceipt receipt = new() { Start = start };
        for (int spins = 0; ;)
        {
            // Asked before the look: what was sent before they finished is found by it.
            bool finished = stage.HaveFinished(scene.Shape.Producers);
            int length = queue.DequeueBatch(batch);
            if (length == 0 && finished)
                return receipt;
            spins = length == 0 ? waiting.Wait(spins) : 0;
            foreach (ref readonly T message in batch[..length])
            {
                ulong first = message.First;
                int producer = CrowdBurst.ProducerOf(first);
                receipt.Disorder += (long)first <= last[producer] ? 1 : 0;
                last[producer] = (long)first;
                receipt.Sum += message.Sum;
                receipt.Count++;
            }
        }
    }
}
