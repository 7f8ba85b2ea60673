using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Waiting;

/// <remarks>
/// Windows: a ring releases one unit for each announced sleeper. A unit that nobody takes (its sleeper was killed, or gave up
/// at that moment) ends some later sleep early, once. A sleeper that is not asleep yet finds its unit when it comes.
/// <para>
/// One semaphore would not do: a sleeper that was woken, found nothing and announced itself anew could take the unit of another that
/// has not come to its wait yet, and that one would sleep on though it was rung for. So the sequences go round over several: who
/// announces itself anew waits on another one, and so many rings must pass in the few instructions between a sleeper's look at the
/// sequence and its wait before it can happen. Then it costs that sleeper a slice.
/// </para>
/// </remarks>
internal sealed unsafe partial class KernelDoorbell
{
    /// <summary>More units than sleepers can be: the count in the word is not trusted.</summary>
    private const int MostUnits = 1 << 16;

    /// <summary>How many semaphores the sequences go round over. A power of two, since sequences wrap.</summary>
    private const int SemaphoreCount = 8;

    private readonly NamedSemaphore?[] _semaphores = OperatingSystem.IsWindows() ? new NamedSemaphore?[SemaphoreCount] : [];

    /// <summary>What a sleeper that announced itself at this sequence waits on, together with others.</summary>
    [SupportedOSPlatform("windows")]
    public WaitHandle HandleFor(uint sequence) => SemaphoreFor(sequence);

    [SupportedOSPlatform("windows")]
    private NamedSemaphore SemaphoreFor(uint sequence) => _semaphores[sequence % SemaphoreCount]!;

    [SupportedOSPlatform("windows")]
    private void OpenWindows(string objectName, nint securityDescriptor)
    {
        NativeWindows.SecurityAttributes security = new()
        {
            Length = (uint)sizeof(NativeWindows.SecurityAttributes),
            Descriptor = securityDescriptor,
        };
        for (int i = 0; i < SemaphoreCount; i++)
        {
            SafeWaitHandle handle = NativeSemaphore.Create(securityDescriptor == 0 ? null : &security, 0, MostUnits, $"{objectName}-{i}");
            if (handle.IsInvalid)
            {
                int error = Marshal.GetLastPInvokeError();
                DisposeWindows();
                throw NativeErrors.ForWindows(error, $"The doorbell '{objectName}' cannot be opened");
            }

            _semaphores[i] = new NamedSemaphore(handle);
        }
    }

    [SupportedOSPlatform("windows")]
    private void WaitWindows(long* word, uint expected, long ticks)
    {
        // The kernel does not look at the word: a sequence that has moved already is seen here, a later move leaves a unit.
        if (DoorbellWord.Sequence(Volatile.Read(ref *word)) != expected)
            return;
        // Rounded up: a wait of no milliseconds would be a spin.
        double milliseconds = Math.Ceiling(ticks * (1000.0 / Stopwatch.Frequency));
        _ = SemaphoreFor(expected).WaitOne((int)Math.Min(milliseconds, int.MaxValue));
    }

    [SupportedOSPlatform("windows")]
    private void WakeWindows(uint sequence, int sleepers)
    {
        SafeWaitHandle semaphore = SemaphoreFor(sequence).SafeWaitHandle;
        // Fails when as many units lie there unused already: then everybody who comes finds one.
        if (!NativeSemaphore.Release(semaphore, Math.Clamp(sleepers, 1, MostUnits), 0) && sleepers > 1)
            _ = NativeSemaphore.Release(semaphore, 1, 0);
    }

    [SupportedOSPlatform("windows")]
    private void DisposeWindows()
    {
        foreach (NamedSemaphore? semaphore in _semaphores)
            semaphore?.Dispose();
    }

    private sealed class NamedSemaphore : WaitHandle
    {
        public NamedSemaphore(SafeWaitHandle handle) => SafeWaitHandle = handle;
    }
}
