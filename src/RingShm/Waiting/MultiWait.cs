namespace RingShm.Waiting;

/// <summary>
/// A sleep on many doorbells at once that a signal of this process ends too. Linux: futex_waitv, and short sleeps on the signal
/// alone where the kernel has not got it (before 5.16). Windows: WaitForMultipleObjects.
/// </summary>
internal sealed unsafe partial class MultiWait : IDisposable
{
    private readonly Lock _lock = new();
    private bool _polls;
    private bool _disposed;

    /// <param name="polls">True to do without the kernel's wait for many words, as where it is missing.</param>
    public MultiWait(bool polls)
    {
        _polls = polls;
        if (OperatingSystem.IsWindows())
            OpenWindows();
        else if (OperatingSystem.IsLinux())
            OpenLinux();
    }

    /// <summary>How many doorbells one sleep can be on, besides the signal.</summary>
    public static int Capacity => OperatingSystem.IsWindows() ? WindowsCapacity : LinuxCapacity;

    /// <summary>How often it was signalled: a sleep begun with an older number ends at once.</summary>
    public uint Signals => OperatingSystem.IsLinux() ? SignalsLinux : 0;

    /// <summary>Ends the sleep at hand, or the coming one. Any thread, at any time.</summary>
    public void Signal()
    {
        // A late signal may come when the thread has retired and its word is freed.
        lock (_lock)
        {
            if (_disposed)
                return;
            if (OperatingSystem.IsWindows())
                SignalWindows();
            else if (OperatingSystem.IsLinux())
                SignalLinux();
        }
    }

    /// <summary>Sleeps until one of the doorbells is rung, a signal comes, the time is over, or for no reason.</summary>
    public void Wait(List<AsyncWait> waits, uint signals, TimeSpan time)
    {
        if (OperatingSystem.IsWindows())
            WaitWindows(waits, time);
        else if (OperatingSystem.IsLinux())
            WaitLinux(waits, signals, time);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (OperatingSystem.IsWindows())
                CloseWindows();
            else if (OperatingSystem.IsLinux())
                CloseLinux();
        }
    }
}
