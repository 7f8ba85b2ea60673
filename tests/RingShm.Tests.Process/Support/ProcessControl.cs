using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RingShm.Tests.Processes.Support;

/// <summary>Stops and continues other processes: SIGSTOP and SIGCONT, or what a Windows debugger does.</summary>
internal static partial class ProcessControl
{
    private const int SignalContinue = 18;
    private const int SignalStop = 19;

    /// <summary>Stops a process in its tracks. Returns when all its threads stand still.</summary>
    public static void Suspend(int processId)
    {
        if (OperatingSystem.IsWindows())
        {
            using Process process = Process.GetProcessById(processId);
            Marshal.ThrowExceptionForHR(NtSuspendProcess(process.Handle));
            return;
        }

        if (Kill(processId, SignalStop) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        Watchdog.Until(() => StateOf(processId) == 'T', $"process {processId} stopping");
    }

    public static void Resume(int processId)
    {
        if (!TryResume(processId))
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    public static bool TryResume(int processId)
    {
        if (!OperatingSystem.IsWindows())
            return Kill(processId, SignalContinue) == 0;
        try
        {
            using Process process = Process.GetProcessById(processId);
            return NtResumeProcess(process.Handle) == 0;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended: before we looked, or since.
            return false;
        }
    }

    /// <summary>Linux: the state letter of /proc/PID/stat, or '-' when there is no such process.</summary>
    public static char StateOf(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return '-';
        }
    }

    /// <summary>Linux: true when nothing but an unburied zombie is left of the process.</summary>
    public static bool IsZombie(int processId) =>
        StateOf(processId) == 'Z'
        && Directory.GetDirectories($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/task").Length == 1;

    /// <summary>SIGKILL to a process that is not our child.</summary>
    public static void KillStranger(int processId)
    {
        using Process process = Process.GetProcessById(processId);
        process.Kill();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("ntdll.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NtSuspendProcess(nint process);

    [LibraryImport("ntdll.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int NtResumeProcess(nint process);
}
