using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Prototypes;

namespace RingShm.Load.Crowd;

/// <summary>The plain Vyukov queue.</summary>
internal unsafe struct VyukovCrowd<T> : ICrowdQueue<VyukovCrowd<T>, T>
    where T : unmanaged
{
    private VyukovBounded<T> _queue;
    private SharedFile _file;

    public static IDisposable Create(CrowdScene scene)
    {
        SharedFile file = SharedFile.Create(scene.Name, VyukovBounded<T>.BytesFor(scene.Slots));
        VyukovBounded<T>.Initialize(file.Start, scene.Slots);
        return file;
    }

    public static VyukovCrowd<T> Attach(CrowdScene scene)
    {
        SharedFile file = SharedFile.Open(scene.Name);
        return new VyukovCrowd<T> { _file = file, _queue = new VyukovBounded<T>(file.Start, scene.Slots) };
    }

    public bool TryEnqueue(in T message) => _queue.TryEnqueue(in message);

    public bool TryDequeue(out T message) => _queue.TryDequeue(out message);

    public readonly void Detach() => _file.Dispose();
}

/// <summary>The ring that ships, with both sides open to many.</summary>
internal struct MpmcRingCrowd<T> : ICrowdQueue<MpmcRingCrowd<T>, T>
    where T : unmanaged
{
    private MpmcRing<T> _ring;
    private MpmcProducer<T>? _producer;
    private MpmcConsumer<T>? _consumer;

    public static IDisposable Create(CrowdScene scene)
    {
        MpmcRing<T> ring = MpmcRing<T>.Create(scene.Name, Options(scene));
        return new Removal(ring, scene.Name);
    }

    public static MpmcRingCrowd<T> Attach(CrowdScene scene)
    {
        MpmcRing<T> ring = MpmcRing<T>.Open(scene.Name, Options(scene));
        return new MpmcRingCrowd<T>
        {
            _ring = ring,
            _producer = scene.IsProducer ? ring.AttachProducer() : null,
            _consumer = scene.IsProducer ? null : ring.AttachConsumer(),
        };
    }

    public readonly bool TryEnqueue(in T message) => _producer!.TryWrite(in message);

    public readonly bool TryDequeue(out T message) => _consumer!.TryRead(out message);

    public readonly int EnqueueBatch(ReadOnlySpan<T> messages) => _producer!.TryWriteBatch(messages);

    public readonly int DequeueBatch(Span<T> messages) => _consumer!.TryReadBatch(messages);

    public readonly void Detach() => _ring.Dispose();

    /// <summary>A capacity that gives exactly so many slots.</summary>
    private static RingOptions Options(CrowdScene scene)
    {
        RingGeometry one = RingGeometry.ForMpmc(RingGeometry.DefaultCapacityBytes, 0, Unsafe.SizeOf<T>(), 1, 0);
        return new RingOptions { CapacityBytes = scene.Slots * one.GranuleBytes };
    }

    private sealed class Removal(MpmcRing<T> ring, string name) : IDisposable
    {
        public void Dispose()
        {
            ring.Dispose();
            if (!OperatingSystem.IsWindows())
                Ring.Remove(name);
        }
    }
}

/// <summary>Vyukov's queue with one idea more.</summary>
internal unsafe struct TunedCrowd<T, TTuning> : ICrowdQueue<TunedCrowd<T, TTuning>, T>
    where T : unmanaged
    where TTuning : struct, ITuning
{
    private TunedQueue<T, TTuning> _queue;
    private SharedFile _file;

    public static IDisposable Create(CrowdScene scene)
    {
        SharedFile file = SharedFile.Create(scene.Name, TunedQueue<T, TTuning>.BytesFor(scene.Slots));
        TunedQueue<T, TTuning>.Initialize(file.Start, scene.Slots);
        return file;
    }

    public static TunedCrowd<T, TTuning> Attach(CrowdScene scene)
    {
        SharedFile file = SharedFile.Open(scene.Name);
        return new TunedCrowd<T, TTuning>
        {
            _file = file,
            _queue = new TunedQueue<T, TTuning>(file.Start, scene.Slots, scene.Participant),
        };
    }

    public bool TryEnqueue(in T message) => _queue.TryEnqueue(in message);

    public bool TryDequeue(out T message) => _queue.TryDequeue(out message);

    public readonly void Detach() => _file.Dispose();
}

/// <summary>The claim-word prototype.</summary>
internal unsafe struct ClaimWordCrowd<T> : ICrowdQueue<ClaimWordCrowd<T>, T>
    where T : unmanaged
{
    private ClaimWordQueue<DirectMemory, T> _queue;
    private SharedFile _file;

    public static IDisposable Create(CrowdScene scene)
    {
        SharedFile file = SharedFile.Create(scene.Name, ClaimWordQueue<DirectMemory, T>.BytesFor(scene.Slots));
        ClaimWordQueue<DirectMemory, T>.Initialize(file.Start, scene.Slots);
        return file;
    }

    public static ClaimWordCrowd<T> Attach(CrowdScene scene)
    {
        SharedFile file = SharedFile.Open(scene.Name);
        return new ClaimWordCrowd<T>
        {
            _file = file,
            _queue = new ClaimWordQueue<DirectMemory, T>(file.Start, scene.Slots, scene.Participant),
        };
    }

    public readonly bool TryEnqueue(in T message) => _queue.TryEnqueue(in message, out _);

    public readonly bool TryDequeue(out T message) => _queue.TryDequeue(out message, out _);

    public readonly void Detach() => _file.Dispose();
}

/// <summary>Objects that the threads of one process share by name, as processes share files.</summary>
internal sealed class SharedObject : IDisposable
{
    private static readonly ConcurrentDictionary<string, object> ByName = new();
    private readonly string _name;

    public SharedObject(string name, object value)
    {
        _name = name;
        ByName[name] = value;
    }

    public static TValue Get<TValue>(string name) => (TValue)ByName[name];

    public void Dispose() => ByName.TryRemove(_name, out _);
}

/// <summary>A bounded <see cref="Channel{T}"/> between threads of one process.</summary>
internal struct ChannelCrowd<T> : ICrowdQueue<ChannelCrowd<T>, T>
    where T : unmanaged
{
    private ChannelWriter<T> _writer;
    private ChannelReader<T> _reader;

    public static IDisposable Create(CrowdScene scene) => new SharedObject(scene.Name, Channel.CreateBounded<T>(
        new BoundedChannelOptions(scene.Slots) { SingleReader = scene.Shape.Consumers == 1, SingleWriter = scene.Shape.Producers == 1 }));

    public static ChannelCrowd<T> Attach(CrowdScene scene)
    {
        Channel<T> channel = SharedObject.Get<Channel<T>>(scene.Name);
        return new ChannelCrowd<T> { _writer = channel.Writer, _reader = channel.Reader };
    }

    public readonly bool TryEnqueue(in T message) => _writer.TryWrite(message);

    public readonly bool TryDequeue(out T message) => _reader.TryRead(out message);

    public readonly void Detach()
    {
    }
}

/// <summary>
/// A <see cref="ConcurrentQueue{T}"/> between threads of one process, unbounded as it comes: a bound would cost it a shared
/// counter a message.
/// </summary>
internal struct ConcurrentQueueCrowd<T> : ICrowdQueue<ConcurrentQueueCrowd<T>, T>
    where T : unmanaged
{
    private ConcurrentQueue<T> _queue;

    public static IDisposable Create(CrowdScene scene) => new SharedObject(scene.Name, new ConcurrentQueue<T>());

    public static ConcurrentQueueCrowd<T> Attach(CrowdScene scene) => new() { _queue = SharedObject.Get<ConcurrentQueue<T>>(scene.Name) };

    public readonly bool TryEnqueue(in T message)
    {
        _queue.Enqueue(message);
        return true;
    }

    public readonly bool TryDequeue(out T message) => _queue.TryDequeue(out message);

    public readonly void Detach()
    {
    }
}
