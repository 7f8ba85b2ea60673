using System.Diagnostics;
using System.Runtime.InteropServices;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm.Tests.Waiting;

/// <summary>A doorbell in plain memory of this process, over the real kernel, that counts what is asked of it.</summary>
internal sealed unsafe class TestDoorbell : IKernelDoorbell, IDisposable
{
    private readonly KernelDoorbell _kernel = KernelDoorbell.Open(
        (OperatingSystem.IsWindows() ? @"Local\" : "") + "ringshm-test-" + Guid.NewGuid().ToString("N"), 0);

    private int _sleeps;
    private int _slicesEnded;
    private int _wakes;

    public TestDoorbell()
    {
        Word = (long*)NativeMemory.AlignedAlloc(128, 128);
        NativeMemory.Clear(Word, 128);
        Doorbell = new Doorbell<DirectMemory>(Word, this, ProcessBarrier.RingersFence);
    }

    public long* Word { get; }

    public Doorbell<DirectMemory> Doorbell { get; }

    /// <summary>The same without counting, for the hub: it hands the kernel many objects at once, and wants the kernel's own.</summary>
    public Doorbell<DirectMemory> OverKernel => new(Word, _kernel, ProcessBarrier.RingersFence);

    public bool HasSleepers => DoorbellWord.HasSleepers(Volatile.Read(ref *Word));

    public int Sleeps => Volatile.Read(ref _sleeps);

    /// <summary>Sleeps that nobody ended before their time.</summary>
    public int SlicesEnded => Volatile.Read(ref _slicesEnded);

    public int Wakes => Volatile.Read(ref _wakes);

    public KernelDoorbell Kernel => _kernel;

    public WaitPoint Point(WaitStrategy? strategy = null) => new(Doorbell, strategy ?? LongSleep);

    /// <summary>Sleeps at once, and so long that a sleep that ends by its time is a lost wake.</summary>
    public static WaitStrategy LongSleep { get; } = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromSeconds(10) };

    public void FenceRingers() => _kernel.FenceRingers();

    public void Wait(long* word, uint expected, long until)
    {
        _ = Interlocked.Increment(ref _sleeps);
        _kernel.Wait(word, expected, until);
        if (Stopwatch.GetTimestamp() >= until)
            _ = Interlocked.Increment(ref _slicesEnded);
    }

    public void Wake(long* word, uint sequence)
    {
        _ = Interlocked.Increment(ref _wakes);
        _kernel.Wake(word, sequence);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        NativeMemory.AlignedFree(Word);
    }
}

/// <summary>Something that one thread sets and another waits for.</summary>
internal sealed class Flag
{
    private int _value;

    public bool IsSet
    {
        get => Volatile.Read(ref _value) != 0;
        set => Volatile.Write(ref _value, value ? 1 : 0);
    }

    public readonly struct Condition(Flag flag) : IWaitCondition
    {
        public bool IsMet() => flag.IsSet;
    }
}
