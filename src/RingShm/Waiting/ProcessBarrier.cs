using RingShm.Interop;

namespace RingShm.Waiting;

/// <summary>
/// Whether this process's ringers fence for themselves. On Linux a sleeper can make every running thread of every process that
/// asked for it pass a fence (membarrier); then a ringer has nothing to do between its publication and its look. Windows has
/// nothing like it across processes, and some containers forbid it.
/// </summary>
internal static class ProcessBarrier
{
    /// <summary>
    /// False once this process is registered, which the first look at this field does: ringers read it before their first ring.
    /// </summary>
    public static readonly bool RingersFence = !OperatingSystem.IsLinux() || !NativeFutex.TryRegister();

    /// <summary>
    /// Fences the ringers of all registered processes. False when the kernel refuses it to this process; others may ring without a
    /// fence all the same, so such a sleeper must look again soon.
    /// </summary>
    public static bool TryFenceRingers() => OperatingSystem.IsLinux() && NativeFutex.FenceRegistered();
}
