using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using RingShm.Interop;

namespace RingShm.Waiting;

/// <remarks>Linux: the signal is a futex of this process, the first entry of the list.</remarks>
internal sealed unsafe partial class MultiWait
{
    private const int LinuxCapacity = LongestWaitList - 1;

    /// <summary>FUTEX_WAITV_MAX.</summary>
    private const int LongestWaitList = 128;

    /// <summary>How soon polling looks again, where the kernel cannot wait for many words.</summary>
    private static readonly TimeSpan PollSlice = TimeSpan.FromMilliseconds(1);

    private NativeFutex.WaitEntry* _entries;
    private uint* _signalWord;

    private uint SignalsLinux => Volatile.Read(ref *_signalWord);

    [SupportedOSPlatform("linux")]
    private void OpenLinux()
    {
        _entries = (NativeFutex.WaitEntry*)NativeMemory.AllocZeroed(LongestWaitList, (nuint)sizeof(NativeFutex.WaitEntry));
        _signalWord = (uint*)NativeMemory.AllocZeroed(sizeof(ulong));
    }

    [SupportedOSPlatform("linux")]
    private void SignalLinux()
    {
        _ = Interlocked.Increment(ref *_signalWord);
        NativeFutex.WakeAll(_signalWord, isPrivate: true);
    }

    [SupportedOSPlatform("linux")]
    private void WaitLinux(List<AsyncWait> waits, uint signals, TimeSpan time)
    {
        if (!_polls && waits.Count > 0)
        {
            int count = Fill(waits, signals);
            int error = NativeFutex.WaitAny(_entries, count, Nanoseconds(time));
            // Turned back, interrupted, timed out: the caller looks at everything anyhow. Anything else will not get better.
            _polls = error is not (0 or NativeLinux.ErrorTryAgain or NativeLinux.ErrorInterrupted or NativeLinux.ErrorTimedOut);
            if (!_polls)
                return;
        }

        TimeSpan slice = waits.Count > 0 && time > PollSlice ? PollSlice : time;
        _ = NativeFutex.Wait(_signalWord, signals, Nanoseconds(slice), isPrivate: true);
    }

    [SupportedOSPlatform("linux")]
    private int Fill(List<AsyncWait> waits, uint signals)
    {
        _entries[0] = new NativeFutex.WaitEntry
        {
            Address = (ulong)_signalWord,
            Expected = signals,
            Flags = NativeFutex.PrivateWord,
        };
        int count = 1;
        foreach (AsyncWait wait in waits)
        {
            _entries[count++] = new NativeFutex.WaitEntry
            {
                Address = (ulong)KernelDoorbell.FutexOf(wait.Doorbell.Word),
                Expected = wait.Sequence,
                Flags = NativeFutex.SharedWord,
            };
        }

        return count;
    }

    private void CloseLinux()
    {
        NativeMemory.Free(_entries);
        NativeMemory.Free(_signalWord);
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
