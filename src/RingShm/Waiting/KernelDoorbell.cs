using System.Diagnostics;

namespace RingShm.Waiting;

/// <summary>
/// One doorbell's sleep and wake in the operating system. Linux: a futex on the word's low half, shared between processes;
/// nothing to open or close. Windows: a named event for each sequence that anybody sleeps on.
/// </summary>
internal sealed unsafe partial class KernelDoorbell : IKernelDoorbell, IDisposable
{
    /// <summary>Opens a doorbell, and finds out whether its kernel objects can be made.</summary>
    /// <param name="objectName">Windows: what its events' names begin with, the namespace first. Not used on Linux.</param>
    /// <param name="securityDescriptor">Windows: who may use the events that are made here; copied. Not used on Linux.</param>
    public static KernelDoorbell Open(string objectName, nint securityDescriptor)
    {
        KernelDoorbell doorbell = new();
        if (OperatingSystem.IsWindows())
            doorbell.OpenWindows(objectName, securityDescriptor);
        return doorbell;
    }

    public void FenceRingers() => ProcessBarrier.FenceRingers();

    public void Wait(long* word, uint expected, long until)
    {
        long ticks = until - Stopwatch.GetTimestamp();
        if (ticks <= 0)
            return;
        if (OperatingSystem.IsWindows())
            WaitWindows(word, expected, ticks);
        else if (OperatingSystem.IsLinux())
            WaitLinux(word, expected, ticks);
    }

    public void Wake(long* word, uint sequence)
    {
        if (OperatingSystem.IsWindows())
            WakeWindows(sequence);
        else if (OperatingSystem.IsLinux())
            WakeLinux(word);
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
            DisposeWindows();
    }
}
