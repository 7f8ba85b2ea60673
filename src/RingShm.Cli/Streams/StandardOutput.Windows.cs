using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace RingShm.Cli;

/// <summary>Writes to the standard output handle.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class WindowsOutput : StandardOutput
{
    private const int StandardOutputHandle = -11;
    private const int ErrorBrokenPipe = 109;
    private const int ErrorNoData = 232;
    private const int ErrorPipeNotConnected = 233;

    private readonly nint _handle = GetStdHandle(StandardOutputHandle);

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int written;
            bool done;
            fixed (byte* pointer = bytes)
                done = WriteFile(_handle, pointer, bytes.Length, out written, 0);
            WrittenBytes += written;
            bytes = bytes[written..];
            if (done)
                continue;
            int error = Marshal.GetLastPInvokeError();
            throw error is ErrorBrokenPipe or ErrorNoData or ErrorPipeNotConnected
                ? new ClosedPipeException()
                : new IOException($"Standard output cannot be written: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WriteFile(nint handle, byte* bytes, int count, out int written, nint overlapped);
}
