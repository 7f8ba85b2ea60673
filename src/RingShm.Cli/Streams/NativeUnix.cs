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

    /// <summary>As a flag of a new descriptor: programs that this one starts do not get it.</summary>
    public const int CloseOnExecute = 0x80000;

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
    /// <exception cref="IOException">The kernel cannot wait. Who tried again would do so without end.</exception>
    public static short WaitFor(int descriptor, short events, int timeoutMilliseconds)
    {
        PollEntry entry = new() { Descriptor = descriptor, Events = events };
        return IsReady(Poll(&entry, 1, timeoutMilliseconds)) ? entry.ReturnedEvents : (short)0;
    }

    /// <summary>Waits, however long it takes, for an event of the first or for bytes in the second. True when the first has one, false also when a signal came.</summary>
    /// <exception cref="IOException">The kernel cannot wait.</exception>
    public static bool WaitForEither(int descriptor, short events, int other)
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = descriptor, Events = events };
        entries[1] = new PollEntry { Descriptor = other, Events = PollIn };
        return IsReady(Poll(entries, 2, Forever)) && entries[0].ReturnedEvents != 0;
    }

    /// <summary>Makes a pipe: what is written to the second descriptor comes out of the first.</summary>
    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* descriptors, int flags);

    public static IOException ErrorFor(int error, string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}");

    private static bool IsReady(int polled)
    {
        if (polled >= 0)
            return polled > 0;
        int error = Marshal.GetLastPInvokeError();
        return error == ErrorInterrupted ? false : throw ErrorFor(error, "A stream cannot be waited for");
    }

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
