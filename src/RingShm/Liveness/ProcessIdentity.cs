using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RingShm.Layout;
using RingShm.Interop;

namespace RingShm.Liveness;

/// <summary>This process as its owner words name it.</summary>
internal static class ProcessIdentity
{
    /// <summary>When this process started: clock ticks since boot on Linux, FILETIME units on Windows.</summary>
    public static long StartTime { get; } = OperatingSystem.IsWindows() ? StartTimeWindows() : StartTimeLinux();

    /// <summary>The owner word that this process writes into its rows.</summary>
    public static long OwnerWord { get; } = RowLayout.PackOwner(Environment.ProcessId, StartTimeTag(StartTime));

    /// <summary>
    /// 32 bits of a start time. Windows' 100 ns units are divided by 2^17 (13 ms), so the tag wraps after 1.8 years.
    /// </summary>
    public static uint StartTimeTag(long startTime) =>
        OperatingSystem.IsWindows() ? (uint)(startTime >> 17) : (uint)startTime;

    /// <summary>Field 22 of /proc/self/stat, counted behind the last ')' because a process may be called anything.</summary>
    private static long StartTimeLinux()
    {
        const int StartTimeFieldAfterName = 19;
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[StartTimeFieldAfterName], CultureInfo.InvariantCulture);
    }

    private static long StartTimeWindows()
    {
        if (!OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();
        using Process self = Process.GetCurrentProcess();
        using SafeProcessHandle handle = new(self.Handle, ownsHandle: false);
        return NativeWindows.GetProcessTimes(handle, out long creation, out _, out _, out _)
            ? creation
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }
}
