using System.Numerics;
using RingShm.Prototypes;

namespace RingShm.Load.Crowd;

/// <summary>One participant's end of a queue of bytes. See <see cref="ICrowdQueue{TSelf, T}"/>, whose like it is.</summary>
internal interface ICrowdBytes<TSelf> : IDisposable
    where TSelf : struct, ICrowdBytes<TSelf>
{
    static abstract IDisposable Create(CrowdScene scene, int messageBytes);

    static abstract TSelf Attach(CrowdScene scene, int messageBytes);

    bool TryEnqueue(ReadOnlySpan<byte> message);

    /// <summary>Takes a message and reads every word of it.</summary>
    bool TryDequeue(out ulong sum, out ulong first);
}

/// <summary>
/// The loops for messages of bytes: the first word says who sent it and as how many-th, the others are the same in all messages of a
/// length.
/// </summary>
internal sealed class CrowdBytesPart<TQueue>(CrowdScene scene, int messageBytes) : ICrowdPart
    where TQueue : struct, ICrowdBytes<TQueue>
{
    /// <summary>A queue holds as much as this, where that is fewer messages than were asked for.</summary>
    private const int MostQueueBytes = 4 << 20;
    private const int FewestSlots = 8;

    private readonly byte[] _message = MessageOf(messageBytes);
    private TQueue _queue = TQueue.Attach(Scaled(scene, messageBytes), messageBytes);

    public static CrowdEntry Entry(string name, int messageBytes) => new(
        name, messageBytes, IsInProcess: false, IsExplored: false,
        scene => TQueue.Create(Scaled(scene, messageBytes), messageBytes), scene => new CrowdBytesPart<TQueue>(scene, messageBytes),
        (burst, producers) => ExpectedSum(burst, producers, messageBytes));

    public CrowdReceipt Play(in CrowdBurst burst, CrowdStage stage, long start, in CrowdWaiting waiting)
    {
        ref TQueue queue = ref _queue;
        if (!scene.IsProducer)
            return Consume(ref queue, start, waiting);
        ulong first = burst.FirstOf(scene.Participant);
        for (ulong word = first; word != first + (ulong)burst.CountPerProducer; word++)
            Send(ref queue, word, waiting);
        int marks = stage.IsLastToFinish(scene.Shape.Producers) ? scene.Shape.Consumers : 0;
        for (int i = 0; i < marks; i++)
            Send(ref queue, CrowdBurst.EndMark, waiting);
        return new CrowdReceipt { Start = start };
    }

    public void Dispose() => _queue.Dispose();

    private static CrowdScene Scaled(CrowdScene scene, int messageBytes) => scene with
    {
        Slots = Math.Max(FewestSlots, Math.Min(scene.Slots, MostQueueBytes / (int)BitOperations.RoundUpToPowerOf2((uint)messageBytes))),
    };

    private static byte[] MessageOf(int messageBytes)
    {
        byte[] message = new byte[messageBytes];
        new Random(messageBytes).NextBytes(message);
        BitConverter.TryWriteBytes(message, 0L);
        return message;
    }

    private static ulong ExpectedSum(in CrowdBurst burst, int producers, int messageBytes)
    {
        ulong sum = 0, count = (ulong)burst.CountPerProducer, rest = WordSum.Of(in MessageOf(messageBytes)[0], messageBytes);
        ulong sumOfNumbers = count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count;
        for (int producer = 0; producer < producers; producer++)
            sum += (count * (burst.FirstOf(producer) + rest)) + sumOfNumbers;
        return sum;
    }

    private static CrowdReceipt Consume(ref TQueue queue, long start, CrowdWaiting waiting)
    {
        Span<long> last = stackalloc long[CrowdBurst.MaxProducers];
        last.Fill(-1);
        CrowdReceipt receipt = new() { Start = start };
        while (true)
        {
            ulong sum, first;
            for (int spins = 0; !queue.TryDequeue(out sum, out first);)
                spins = waiting.Wait(spins);
            if (first == CrowdBurst.EndMark)
                return receipt;
            int producer = CrowdBurst.ProducerOf(first);
            receipt.Disorder += (long)first <= last[producer] ? 1 : 0;
            last[producer] = (long)first;
            receipt.Sum += sum;
            receipt.Count++;
        }
    }

    private void Send(ref TQueue queue, ulong word, CrowdWaiting waiting)
    {
        BitConverter.TryWriteBytes(_message, word);
        for (int spins = 0; !queue.TryEnqueue(_message);)
            spins = waiting.Wait(spins);
    }
}

/// <summary>The plain Vyukov queue of bytes.</summary>
internal struct VyukovBytesCrowd : ICrowdBytes<VyukovBytesCrowd>
{
    private VyukovBytes _queue;
    private SharedFile _file;
    private int _messageBytes;

    public static unsafe IDisposable Create(CrowdScene scene, int messageBytes)
    {
        SharedFile file = SharedFile.Create(scene.Name, VyukovBytes.BytesFor(scene.Slots, messageBytes));
        new VyukovBytes(file.Start, scene.Slots, messageBytes).Initialize();
        return file;
    }

    public static unsafe VyukovBytesCrowd Attach(CrowdScene scene, int messageBytes)
    {
        SharedFile file = SharedFile.Open(scene.Name);
        return new() { _file = file, _queue = new VyukovBytes(file.Start, scene.Slots, messageBytes), _messageBytes = messageBytes };
    }

    public readonly bool TryEnqueue(ReadOnlySpan<byte> message) => _queue.TryEnqueue(message);

    public readonly unsafe bool TryDequeue(out ulong sum, out ulong first)
    {
        if (!_queue.TryTake(out byte* message, out long position))
        {
            sum = first = 0;
            return false;
        }

        first = *(ulong*)message;
        sum = WordSum.Of(in *message, _messageBytes);
        _queue.Release(position);
        return true;
    }

    public readonly void Dispose() => _file.Dispose();
}

/// <summary>The ring that ships, with both sides open to many.</summary>
internal struct MpmcBytesCrowd : ICrowdBytes<MpmcBytesCrowd>
{
    private MpmcRing _ring;
    private MpmcProducer? _producer;
    private MpmcConsumer? _consumer;

    public static IDisposable Create(CrowdScene scene, int messageBytes) =>
        new Removal(MpmcRing.Create(scene.Name, Options(scene, messageBytes)), scene.Name);

    public static MpmcBytesCrowd Attach(CrowdScene scene, int messageBytes)
    {
        MpmcRing ring = MpmcRing.Open(scene.Name, Options(scene, messageBytes));
        return new MpmcBytesCrowd
        {
            _ring = ring,
            _producer = scene.IsProducer ? ring.AttachProducer() : null,
            _consumer = scene.IsProducer ? null : ring.AttachConsumer(),
        };
    }

    public readonly bool TryEnqueue(ReadOnlySpan<byte> message) => _producer!.TryWrite(message);

    public readonly bool TryDequeue(out ulong sum, out ulong first)
    {
        if (!_consumer!.TryRead(out Message message))
        {
            sum = first = 0;
            return false;
        }

        RingLinks.Look(message, out sum, out first);
        message.Dispose();
        return true;
    }

    public readonly void Dispose() => _ring.Dispose();

    private static RingOptions Options(CrowdScene scene, int messageBytes) => new()
    {
        CapacityBytes = (long)scene.Slots * (long)BitOperations.RoundUpToPowerOf2((uint)messageBytes),
        MaxMessageBytes = messageBytes,
    };

    private sealed class Removal(MpmcRing ring, string name) : IDisposable
    {
        public void Dispose()
        {
            ring.Dispose();
            if (!OperatingSystem.IsWindows())
                Ring.Remove(name);
        }
    }
}
