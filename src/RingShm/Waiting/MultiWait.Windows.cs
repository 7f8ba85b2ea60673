using System.Runtime.Versioning;

namespace RingShm.Waiting;

/// <remarks>
/// Windows: the signal is an event of this process, the first handle of the list. The doorbells' events are kept from one sleep to
/// the next as long as their waits are on the same sequence.
/// </remarks>
internal sealed partial class MultiWait
{
    private const int WindowsCapacity = LongestHandleList - 1;

    /// <summary>MAXIMUM_WAIT_OBJECTS.</summary>
    private const int LongestHandleList = 64;

    private readonly Dictionary<AsyncWait, RungEvent> _rung = [];
    private AutoResetEvent? _signal;
    private long _sleeps;

    [SupportedOSPlatform("windows")]
    private void OpenWindows() => _signal = new AutoResetEvent(initialState: false);

    [SupportedOSPlatform("windows")]
    private void SignalWindows() => _signal!.Set();

    [SupportedOSPlatform("windows")]
    private void WaitWindows(List<AsyncWait> waits, TimeSpan time)
    {
        _sleeps++;
        List<WaitHandle> handles = [_signal!];
        foreach (AsyncWait wait in waits)
        {
            WaitHandle? rung = EventOf(wait);
            // The kernel does not look at the words. A sequence that moves after this look sets the event that is there now.
            if (wait.Doorbell.IsRung(wait.Sequence))
                return;
            if (rung != null)
                handles.Add(rung);
            else if (time > TimeSpan.FromMilliseconds(KernelDoorbell.EventlessMilliseconds))
                time = TimeSpan.FromMilliseconds(KernelDoorbell.EventlessMilliseconds);
        }

        CloseUnused();
        _ = WaitHandle.WaitAny([.. handles], time);
    }

    [SupportedOSPlatform("windows")]
    private WaitHandle? EventOf(AsyncWait wait)
    {
        if (_rung.TryGetValue(wait, out RungEvent? known))
        {
            known.Sleep = _sleeps;
            if (known.Sequence == wait.Sequence)
                return known.Handle;
            known.Handle.Dispose();
            _ = _rung.Remove(wait);
        }

        WaitHandle? handle = ((KernelDoorbell)wait.Doorbell.Kernel).TryOpenEvent(wait.Sequence);
        if (handle != null)
            _rung.Add(wait, new RungEvent(handle, wait.Sequence) { Sleep = _sleeps });
        return handle;
    }

    /// <summary>Closes the events of waits that are over.</summary>
    private void CloseUnused()
    {
        foreach ((AsyncWait wait, RungEvent rung) in _rung)
        {
            if (rung.Sleep == _sleeps)
                continue;
            rung.Handle.Dispose();
            // A dictionary may be walked while entries are taken out.
            _ = _rung.Remove(wait);
        }
    }

    [SupportedOSPlatform("windows")]
    private void CloseWindows()
    {
        _sleeps++;
        CloseUnused();
        _signal!.Dispose();
    }

    private sealed class RungEvent(WaitHandle handle, uint sequence)
    {
        public WaitHandle Handle { get; } = handle;

        public uint Sequence { get; } = sequence;

        /// <summary>The last sleep that asked for it.</summary>
        public long Sleep { get; set; }
    }
}
