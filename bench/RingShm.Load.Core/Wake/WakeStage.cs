using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm.Load.Wake;

/// <summary>The shared words of the wake benchmark: raw futex, doorbell, message, acknowledgement, and both sides' stamps.</summary>
internal sealed unsafe class WakeStage : IDisposable
{
    public const int MostPings = 4096;

    private const int LineBytes = 128;
    private const int StampsOffset = 8 * LineBytes;

    private readonly SharedFile _file;
    private readonly KernelDoorbell _kernel = KernelDoorbell.Open("", 0);

    private WakeStage(SharedFile file)
    {
        _file = file;
        Doorbell = new Doorbell<DirectMemory>(Line(1), _kernel, ringerFences: false);
        FencedDoorbell = new Doorbell<DirectMemory>(Line(1), _kernel, ringerFences: true);
        Point = new WaitPoint(Doorbell, WaitStrategy.SleepAtOnce);
    }

    public long* RawWord => Line(0);

    public long* Published => Line(2);

    public long* Ack => Line(3);

    public long* Sent => (long*)(_file.Start + StampsOffset);

    public long* Woken => Sent + MostPings;

    public Doorbell<DirectMemory> Doorbell { get; }

    public Doorbell<DirectMemory> FencedDoorbell { get; }

    public WaitPoint Point { get; }

    public static WakeStage Create(string name) =>
        new(SharedFile.Create(name, StampsOffset + (2 * MostPings * sizeof(long))));

    public static WakeStage Open(string name) => new(SharedFile.Open(name));

    public void Dispose()
    {
        _kernel.Dispose();
        _file.Dispose();
    }

    private long* Line(int index) => (long*)(_file.Start + (index * LineBytes));

    /// <summary>The leader has published a message of this number.</summary>
    public readonly struct Condition(WakeStage stage, long number) : IWaitCondition
    {
        public bool IsMet() => Volatile.Read(ref *stage.Published) >= number;
    }
}
