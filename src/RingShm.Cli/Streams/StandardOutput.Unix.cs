using System.Runtime.InteropServices;

namespace RingShm.Cli;

/// <summary>
/// Writes to descriptor 1, at the position that it shares with other processes: a FileStream would keep one of its own and
/// overwrite what they wrote to the same file. The runtime ignores SIGPIPE, so a closed pipe is an error here.
/// </summary>
internal sealed unsafe class UnixOutput : StandardOutput
{
    private const int LookEveryMilliseconds = 1000;

    public override bool IsReaderGone =>
        (NativeUnix.WaitFor(NativeUnix.StandardOutput, 0, 0) & (NativeUnix.PollError | NativeUnix.PollHangUp)) != 0;

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* pointer = bytes)
                written = NativeUnix.Write(NativeUnix.StandardOutput, pointer, (nuint)bytes.Length);
            if (written >= 0)
            {
                WrittenBytes += written;
                bytes = bytes[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == NativeUnix.ErrorBrokenPipe)
                throw new ClosedPipeException();
            if (error == NativeUnix.ErrorTryAgain)
                NativeUnix.WaitFor(NativeUnix.StandardOutput, NativeUnix.PollOut, LookEveryMilliseconds);
            else if (error != NativeUnix.ErrorInterrupted)
                throw NativeUnix.ErrorFor(error, "Standard output cannot be written");
        }
    }
}
