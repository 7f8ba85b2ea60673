using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RingShm.Interop;

/// <summary>
/// The Linux calls that have no wrapper in the C library: futex, futex_waitv and membarrier, through syscall(2). Numbers that
/// differ are chosen by the processor's architecture; all else is the same on 64-bit x86 and ARM.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class NativeFutex
{
    /// <summary>FUTEX2_SIZE_U32: the word has 32 bits. Between processes.</summary>
    public const uint SharedWord = 0x02;

    /// <summary>FUTEX2_SIZE_U32 and FUTEX2_PRIVATE: within this process.</summary>
    public const uint PrivateWord = 0x82;

    private const int WaitOperation = 0;
    private const int WakeOperation = 1;
    private const int PrivateFlag = 128;
    private const int MonotonicClock = 1;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private const int GlobalExpedited = 1 << 1;
    private const int RegisterGlobalExpedited = 1 << 2;

    private const long WaitAnyNumber = 449;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly long FutexNumber = IsArm ? 98 : 202;
    private static readonly long BarrierNumber = IsArm ? 283 : 324;

    /// <summary>Sleeps while the word has the expected value, for at most so long. Returns 0 or the error number.</summary>
    /// <remarks>FUTEX_WAIT measures relative times on the monotonic clock.</remarks>
    public static int Wait(uint* word, uint expected, long nanoseconds, bool isPrivate)
    {
        TimeSpec time = Split(nanoseconds);
        return Result(SystemCall(FutexNumber, word, WaitOperation | (isPrivate ? PrivateFlag : 0), expected, &time));
    }

    /// <summary>Wakes everybody who sleeps on the word.</summary>
    public static void WakeAll(uint* word, bool isPrivate) =>
        _ = SystemCall(FutexNumber, word, WakeOperation | (isPrivate ? PrivateFlag : 0), int.MaxValue, null);

    /// <summary>Sleeps while every word has its expected value, for at most so long. Returns 0 or the error number.</summary>
    public static int WaitAny(WaitEntry* entries, int count, long nanoseconds)
    {
        // This call takes the time at which it ends.
        TimeSpec end = Split(Now() + nanoseconds);
        return Result(SystemCallWaitAny(WaitAnyNumber, entries, (uint)count, 0, &end, MonotonicClock));
    }

    /// <summary>What the clock by which <see cref="WaitAny"/> ends shows, in nanoseconds; setting the time of day does not move it.</summary>
    public static long Now()
    {
        TimeSpec now;
        _ = ClockTime(MonotonicClock, &now);
        return (now.Seconds * NanosecondsPerSecond) + now.Nanoseconds;
    }

    /// <summary>
    /// Asks that <see cref="FenceRegistered"/>, called by whatever process, fences this process's threads too. False when the kernel
    /// refuses.
    /// </summary>
    public static bool TryRegister() => SystemCallBarrier(BarrierNumber, RegisterGlobalExpedited, 0, 0) == 0;

    /// <summary>Makes every running thread of every registered process pass a full fence. False when the kernel refuses.</summary>
    public static bool FenceRegistered() => SystemCallBarrier(BarrierNumber, GlobalExpedited, 0, 0) == 0;

    private static TimeSpec Split(long nanoseconds)
    {
        (long seconds, long rest) = Math.DivRem(Math.Max(nanoseconds, 0), NanosecondsPerSecond);
        return new TimeSpec { Seconds = seconds, Nanoseconds = rest };
    }

    private static int Result(long value) => value >= 0 ? 0 : Marshal.GetLastPInvokeError();

    // The C library's syscall is variadic; on 64-bit x86 and ARM Linux its arguments are passed like any function's.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCall(long number, uint* word, long operation, long value, TimeSpec* time);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCallWaitAny(
        long number, WaitEntry* entries, long count, long flags, TimeSpec* end, long clock);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCallBarrier(long number, long command, long flags, long cpu);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockTime(int clock, TimeSpec* time);

    /// <summary>struct futex_waitv.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct WaitEntry
    {
        public ulong Expected;
        public ulong Address;
        public uint Flags;
        public uint Reserved;
    }

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
