using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;

namespace RingShm.Waiting;

/// <remarks>
/// Windows: for each sequence a named event of its own, which sleepers make and which is set once and never reset. So no sleeper
/// can take what was meant for another, as with units of a semaphore, and nothing is left over for a later sleep. A ringer that
/// finds no event has moved the sequence before the sleeper made it, and the sleeper looks at the sequence after that: it is
/// turned back. The system removes an event with its last handle, also when its holder is killed.
/// </remarks>
internal sealed unsafe partial class KernelDoorbell
{
    /// <summary>How soon a sleeper looks again that can make no event: the system is out of something, or the name is taken.</summary>
    public const uint EventlessMilliseconds = 1;

    /// <summary>Of an event's name with its namespace, in characters: MAX_PATH.</summary>
    private const int LongestName = 260;

    /// <summary>Something to sleep on that nobody sets.</summary>
    private static readonly ManualResetEvent Never = new(initialState: false);

    private string _objectName = "";
    private byte[]? _descriptor;
    private WaitHandle? _sign;

    [SupportedOSPlatform("windows")]
    private void OpenWindows(string objectName, nint securityDescriptor)
    {
        if (objectName.Length + "-00000000".Length >= LongestName)
            throw new ArgumentException($"The doorbell's name '{objectName}' is too long.", nameof(objectName));
        _objectName = objectName;
        if (securityDescriptor != 0)
            _descriptor = new ReadOnlySpan<byte>((void*)securityDescriptor, (int)NativeEvent.DescriptorLength(securityDescriptor)).ToArray();
        // A name or a descriptor that the system does not take is told here, not at the first sleep. Held, the event shows in the
        // system's lists of handles which doorbells a process has open.
        _sign = TryOpenEvent(0)
            ?? throw NativeErrors.ForWindows(Marshal.GetLastPInvokeError(), $"The doorbell '{objectName}' cannot be opened");
    }

    /// <summary>
    /// What a sleeper of this sequence waits on together with others, or null when the system cannot make it. The sequence must be
    /// looked at after this and before the wait.
    /// </summary>
    [SupportedOSPlatform("windows")]
    public WaitHandle? TryOpenEvent(uint sequence)
    {
        nint handle = CreateEvent(sequence);
        return handle == 0 ? null : new NamedEvent(new SafeWaitHandle(handle, ownsHandle: true));
    }

    [SupportedOSPlatform("windows")]
    private void WaitWindows(long* word, uint expected, long ticks)
    {
        nint rung = CreateEvent(expected);
        // The kernel does not look at the word. A sequence that moves after this look sets the event that is there now.
        if (DoorbellWord.Sequence(Volatile.Read(ref *word)) == expected)
        {
            // Rounded up: a wait of no milliseconds would be a spin. Whatever ends it, the sleeper looks again.
            uint milliseconds = (uint)Math.Min(Math.Ceiling(ticks * (1000.0 / Stopwatch.Frequency)), int.MaxValue);
            _ = rung != 0
                ? NativeEvent.Wait(rung, milliseconds)
                : NativeEvent.Wait(Never.SafeWaitHandle.DangerousGetHandle(), Math.Min(milliseconds, EventlessMilliseconds));
        }

        if (rung != 0)
            _ = NativeEvent.Close(rung);
    }

    [SupportedOSPlatform("windows")]
    private void WakeWindows(uint sequence)
    {
        nint rung;
        Span<char> buffer = stackalloc char[LongestName];
        NameOf(sequence, buffer);
        fixed (char* name = buffer)
            rung = NativeEvent.Open(NativeEvent.ModifyState, inherit: false, name);
        // Not there: whoever announced itself is gone, or has yet to make it and to look at the sequence.
        if (rung == 0)
            return;
        _ = NativeEvent.Set(rung);
        _ = NativeEvent.Close(rung);
    }

    [SupportedOSPlatform("windows")]
    private void DisposeWindows() => _sign?.Dispose();

    [SupportedOSPlatform("windows")]
    private nint CreateEvent(uint sequence)
    {
        Span<char> buffer = stackalloc char[LongestName];
        NameOf(sequence, buffer);
        fixed (byte* descriptor = _descriptor)
        fixed (char* name = buffer)
        {
            NativeWindows.SecurityAttributes security = new()
            {
                Length = (uint)sizeof(NativeWindows.SecurityAttributes),
                Descriptor = (nint)descriptor,
            };
            return NativeEvent.Create(
                descriptor == null ? null : &security, name, NativeEvent.ManualReset, NativeWindows.Synchronize);
        }
    }

    /// <summary>The name of a sequence's event, with the zero that ends it.</summary>
    private void NameOf(uint sequence, Span<char> buffer)
    {
        // Open has checked the length.
        _objectName.CopyTo(buffer);
        int length = _objectName.Length;
        buffer[length++] = '-';
        _ = sequence.TryFormat(buffer[length..], out int digits, "x8", CultureInfo.InvariantCulture);
        length += digits;
        buffer[length] = '\0';
    }

    private sealed class NamedEvent : WaitHandle
    {
        public NamedEvent(SafeWaitHandle handle) => SafeWaitHandle = handle;
    }
}
