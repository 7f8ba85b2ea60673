using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Waiting;

/// <remarks>
/// Windows: a ring releases one unit for each announced sleeper. A unit that nobody takes (its sleeper was killed, or gave up
/// at that moment) ends some later sleep early, once. A sleeper that is not asleep yet finds its unit when it comes.
/// </remarks>
internal sealed unsafe partial class KernelDoorbell
{
    /// <summary>More units than sleepers can be: the count in the word is not trusted.</summary>
    private const int MostUnits = 1 << 16;

    private NamedSemaphore? _semaphore;

    /// <summary>What to wait on together with others.</summary>
    [SupportedOSPlatform("windows")]
    public WaitHandle Handle => _semaphore!;

    [SupportedOSPlatform("windows")]
    private void OpenWindows(string objectName, nint securityDescriptor)
    {
        NativeWindows.SecurityAttributes security = new()
        {
            Length = (uint)sizeof(NativeWindows.SecurityAttributes),
            Descriptor = securityDescriptor,
        };
        SafeWaitHandle handle = NativeSemaphore.Create(securityDescriptor == 0 ? null : &security, 0, MostUnits, objectName);
        if (handle.IsInvalid)
            throw NativeErrors.ForWindows(Marshal.GetLastPInvokeError(), $"The doorbell '{objectName}' cannot be opened");
        _semaphore = new NamedSemaphore(handle);
    }

    [SupportedOSPlatform("windows")]
    private void WaitWindows(long* word, uint expected, long ticks)
    {
        // The kernel does not look at the word: a sequence that has moved already is seen here, a later move leaves a unit.
        if (DoorbellWord.Sequence(Volatile.Read(ref *word)) != expected)
            return;
        // Rounded up: a wait of no milliseconds would be a spin.
        double milliseconds = Math.Ceiling(ticks * (1000.0 / Stopwatch.Frequency));
        _ = _semaphore!.WaitOne((int)Math.Min(milliseconds, int.MaxValue));
    }

    [SupportedOSPlatform("windows")]
    private void WakeWindows(int sleepers)
    {
        // Fails when as many units lie there unused already: then everybody who comes finds one.
        if (!NativeSemaphore.Release(_semaphore!.SafeWaitHandle, Math.Clamp(sleepers, 1, MostUnits), 0) && sleepers > 1)
            _ = NativeSemaphore.Release(_semaphore.SafeWaitHandle, 1, 0);
    }

    [SupportedOSPlatform("windows")]
    private void DisposeWindows() => _semaphore?.Dispose();

    private sealed class NamedSemaphore : WaitHandle
    {
        public NamedSemaphore(SafeWaitHandle handle) => SafeWaitHandle = handle;
    }
}
