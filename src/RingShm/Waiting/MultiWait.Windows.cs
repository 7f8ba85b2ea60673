using System.Runtime.Versioning;

namespace RingShm.Waiting;

/// <remarks>Windows: the signal is an event of this process, the first handle of the list.</remarks>
internal sealed partial class MultiWait
{
    private const int WindowsCapacity = LongestHandleList - 1;

    /// <summary>MAXIMUM_WAIT_OBJECTS.</summary>
    private const int LongestHandleList = 64;

    private AutoResetEvent? _signal;

    [SupportedOSPlatform("windows")]
    private void OpenWindows() => _signal = new AutoResetEvent(initialState: false);

    [SupportedOSPlatform("windows")]
    private void SignalWindows() => _signal!.Set();

    [SupportedOSPlatform("windows")]
    private void WaitWindows(List<AsyncWait> waits, TimeSpan time)
    {
        WaitHandle[] handles = new WaitHandle[waits.Count + 1];
        handles[0] = _signal!;
        for (int i = 0; i < waits.Count; i++)
        {
            // The kernel does not look at the words: what was rung already is seen here, a later ring leaves a unit.
            if (waits[i].Doorbell.IsRung(waits[i].Sequence))
                return;
            handles[i + 1] = ((KernelDoorbell)waits[i].Doorbell.Kernel).HandleFor(waits[i].Sequence);
        }

        _ = WaitHandle.WaitAny(DistinctOf(handles), time);
    }

    /// <summary>The system refuses a list that names an object twice.</summary>
    private static WaitHandle[] DistinctOf(WaitHandle[] handles) => [.. handles.Distinct()];

    [SupportedOSPlatform("windows")]
    private void CloseWindows() => _signal!.Dispose();
}
