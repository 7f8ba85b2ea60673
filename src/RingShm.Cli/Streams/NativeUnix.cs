using System.Runtime.InteropServices;

namespace RingShm.Cli;

/// <summary>The few calls of the C library for which the runtime offers no equal.</summary>
internal static unsafe partial class NativeUnix
{
    public const int StandardInput = 0;
    public const int StandardOutput = 1;

    public const short PollIn = 0x1;
    public const short PollOut = 0x4;
    public const short PollError = 0x8;
    public const short PollHangUp = 0x10;

    /// <summary>As a time to poll.</summary>
    public const int Forever = -1;

    public const int ErrorInterrupted = 4;
    public const int ErrorTryAgain = 11;
    public const int ErrorBrokenPipe = 32;

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int threadId, nuint maskBytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int threadId, nuint maskBytes, byte* mask);

    /// <summary>Waits until one of the events is there, and returns those that are; 0 when the time is up or a signal came.</summary>
    public static short WaitFor(int descriptor, short events, int timeoutMilliseconds)
    {
        PollEntry entry = new() { Descriptor = descriptor, Events = events };
        return Poll(&entry, 1, timeoutMilliseconds) > 0 ? entry.ReturnedEvents : (short)0;
    }

    /// <summary>Waits, however long it takes, for an event of the first or for bytes in the second. True when the first has one.</summary>
    public static bool WaitForEither(int descriptor, short events, int other)
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = descriptor, Events = events };
        entries[1] = new PollEntry { Descriptor = other, Events = PollIn };
        return Poll(entries, 2, Forever) > 0 && entries[0].ReturnedEvents != 0;
    }

    /// <summary>Makes a pipe: what is written to the second descriptor comes out of the first.</summary>
    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    public static partial int Pipe(int* descriptors);

    public static IOException ErrorFor(int error, string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
