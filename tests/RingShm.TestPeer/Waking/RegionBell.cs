using System.Diagnostics;
using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Spsc;
using RingShm.TestPeer.Killing;
using RingShm.Waiting;

namespace RingShm.TestPeer.Waking;

/// <summary>
/// The data doorbell of a real region with the protocol cores around it, and counts of what is asked of the kernel. It takes no
/// rows: its tests are about sleeping and waking.
/// </summary>
internal sealed unsafe class RegionBell : IKernelDoorbell, IDisposable
{
    private readonly RingRegion _region;
    private readonly KernelDoorbell _kernel;
    private readonly SpscMap _map;
    private SpscProducerCore<DirectMemory> _producer;
    private SpscConsumerCore<DirectMemory> _consumer;

    public RegionBell(string name)
    {
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), RingKind.Spsc, 0));
        _kernel = KernelDoorbell.Open($@"Local\ringshm-{_region.Header.CreationId:N}-data", 0);
        _map = new SpscMap(_region.Base, _region.Header.Geometry);
        _producer = SpscRoles<DirectMemory>.StartProducer(_map, predecessorDied: false);
        _consumer = SpscRoles<DirectMemory>.StartConsumer(_map, predecessorDied: false);
        Word = new DoorbellMap(_region.Base, _region.Header.Geometry).Data;
        Doorbell = new Doorbell<DirectMemory>(Word, this, ProcessBarrier.RingersFence);
    }

    public long* Word { get; }

    public Doorbell<DirectMemory> Doorbell { get; }

    public bool HasSleepers => DoorbellWord.HasSleepers(Volatile.Read(ref *Word));

    /// <summary>How often sleepers were rung for, by whomever.</summary>
    public uint Rings => DoorbellWord.Sequence(Volatile.Read(ref *Word));

    public int Wakes { get; private set; }

    /// <summary>Sleeps that nobody ended before their time.</summary>
    public int SlicesEnded { get; private set; }

    /// <summary>Dies as it is about to wake: the announcements are taken, nobody is woken.</summary>
    public bool DiesAtWake { get; set; }

    public void FenceRingers() => _kernel.FenceRingers();

    public void Wait(long* word, uint expected, long until)
    {
        _kernel.Wait(word, expected, until);
        SlicesEnded += Stopwatch.GetTimestamp() >= until ? 1 : 0;
    }

    public void Wake(long* word, uint sequence)
    {
        if (DiesAtWake)
            Suicide.Now();
        Wakes++;
        _kernel.Wake(word, sequence);
    }

    /// <summary>Publishes one value. The ring is large enough for every test.</summary>
    public void Publish(long value)
    {
        if (_producer.TryWriteBatch<long>([value], 0) != 1)
            throw new MismatchException("the ring is full");
    }

    public bool TryRead(out long value) => _consumer.TryRead(out value);

    public void WaitForMessage(WaitStrategy strategy)
    {
        Condition condition = new(_consumer);
        _ = new WaitPoint(Doorbell, strategy).Wait(ref condition, Timeout.InfiniteTimeSpan, CancellationToken.None);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _region.ReleaseReference();
    }

    private readonly struct Condition(SpscConsumerCore<DirectMemory> consumer) : IWaitCondition
    {
        public bool IsMet() => consumer.TryPeek(out _);
    }
}
