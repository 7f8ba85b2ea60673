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
    /// The longest sleep of a process that may not fence others' ringers. It can miss a wake in the nanoseconds in which a
    /// publication and an announcement cross, and then looks again this soon.
    /// </summary>
    private static readonly TimeSpan UnfencedSlice = TimeSpan.FromMilliseconds(1);

    private static bool s_mayMissWakes;

    /// <summary>Fences the ringers of all registered processes. Does nothing on Windows, where all fence for themselves.</summary>
    public static void FenceRingers()
    {
        // The kernel refuses it always or never.
        if (OperatingSystem.IsLinux() && !NativeFutex.FenceRegistered())
            s_mayMissWakes = true;
    }

    /// <summary>How long a sleep may last here that should last so long.</summary>
    public static TimeSpan Shorten(TimeSpan slice) => s_mayMissWakes && slice > UnfencedSlice ? UnfencedSlice : slice;
}
