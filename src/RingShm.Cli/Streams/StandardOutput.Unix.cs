using System.Runtime.InteropServices;

namespace RingShm.Cli;

/// <summary>
/// Writes to descriptor 1, at the position that it shares with other processes: a FileStream would keep one of its own and
/// overwrite what they wrote to the same file. The runtime ignores SIGPIPE, so a closed pipe is an error here.
/// </summary>
internal sealed unsafe class UnixOutput : StandardOutput
{
    private const int LookEveryMilliseconds = 1000;

    private const int StackBytes = 128 << 10;

    private CancellationToken? _readerGone;

    public override bool IsReaderGone =>
        (NativeUnix.WaitFor(NativeUnix.StandardOutput, 0, 0) & (NativeUnix.PollError | NativeUnix.PollHangUp)) != 0;

    /// <inheritdoc/>
    /// <remarks>A thread sleeps in the kernel for it, from the first time that it is asked for until the process ends.</remarks>
    public override CancellationToken ReaderGone
    {
        get
        {
            if (_readerGone is { } known)
                return known;
            CancellationTokenSource source = new();
            _readerGone = source.Token;
            new Thread(() => WaitUntilReaderIsGone(source), StackBytes) { IsBackground = true, Name = "reader of the output" }.Start();
            return source.Token;
        }
    }

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

    private static void WaitUntilReaderIsGone(CancellationTokenSource source)
    {
        // Without events that are asked for only an error or a hang-up ends it, or a signal. A descriptor that is not open never has either.
        short events;
        try
        {
            do
                events = NativeUnix.WaitFor(NativeUnix.StandardOutput, 0, NativeUnix.Forever);
            while (events == 0);
        }
        catch (IOException)
        {
            // Then the next write finds out.
            return;
        }

        if ((events & (NativeUnix.PollError | NativeUnix.PollHangUp)) != 0)
            source.Cancel();
    }
}
