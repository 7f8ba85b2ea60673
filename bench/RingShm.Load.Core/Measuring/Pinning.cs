using System.ComponentModel;
using System.Diagnostics;

namespace RingShm.Load.Measuring;

/// <summary>Ties the calling thread (Linux) or the process (Windows) to one processor.</summary>
internal static unsafe partial class Pinning
{
    public static void PinTo(int cpu)
    {
        if (OperatingSystem.IsLinux())
            PinLinux(cpu);
        else if (OperatingSystem.IsWindows())
            Process.GetCurrentProcess().ProcessorAffinity = (nint)(1L << cpu);
        else
            throw new PlatformNotSupportedException("Pinning is implemented for Linux and Windows.");
    }

    private static void PinLinux(int cpu)
    {
        const int MaskWords = 16;
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);
        // Thread 0 means the caller: the runtime's own threads stay free to run elsewhere.
        if (SetAffinity(0, (nuint)(MaskWords * sizeof(ulong)), mask) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Pinning to cpu {cpu} failed");
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nuint maskBytes, ulong* mask);
}
