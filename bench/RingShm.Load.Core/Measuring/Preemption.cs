namespace RingShm.Load.Measuring;

/// <summary>How often the kernel has taken the processor from the calling thread: a burst that it hit says nothing.</summary>
internal static unsafe partial class Preemption
{
    private const int ThisThread = 1;
    private const int UsageWords = 18;

    /// <summary>Where ru_nivcsw lies in Linux's 64-bit struct rusage: two timevals and thirteen longs come first.</summary>
    private const int InvoluntarySwitchesWord = 4 + 13;

    /// <summary>The count so far; always 0 where it cannot be had, and then nothing is dropped for it.</summary>
    public static long Count()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            return 0;
        long* usage = stackalloc long[UsageWords];
        return GetUsage(ThisThread, usage) == 0 ? usage[InvoluntarySwitchesWord] : 0;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetUsage(int who, long* usage);
}
