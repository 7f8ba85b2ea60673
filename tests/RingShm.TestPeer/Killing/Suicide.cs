using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RingShm.TestPeer.Killing;

/// <summary>Ends this process as the out-of-memory killer would: no handler, no finalizer, no further instruction.</summary>
internal static partial class Suicide
{
    private const int SignalKill = 9;

    public static void Now()
    {
        if (OperatingSystem.IsWindows())
        {
            using Process self = Process.GetCurrentProcess();
            self.Kill();
        }
        else
        {
            _ = Kill(Environment.ProcessId, SignalKill);
        }

        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Linux: stops this process. Returns when somebody has continued it.</summary>
    public static void Stop()
    {
        const int SignalStop = 19;
        _ = Kill(Environment.ProcessId, SignalStop);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
