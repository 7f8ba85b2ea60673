using System.Runtime.InteropServices;

namespace RingShm.Cli;

/// <summary>Reads descriptor 0. It looks before it reads, so that Ctrl-C finds it waiting where it can leave; it sleeps meanwhile.</summary>
internal sealed unsafe class UnixInput : StandardInput
{
    private CancellationPipe? _cancelled;

    public override int Read(Span<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _cancelled ??= new CancellationPipe(cancellationToken);
            if (!NativeUnix.WaitForEither(NativeUnix.StandardInput, NativeUnix.PollIn, _cancelled.Descriptor))
                continue;
            fixed (byte* pointer = buffer)
            {
                nint read = NativeUnix.Read(NativeUnix.StandardInput, pointer, (nuint)buffer.Length);
                if (read >= 0)
                    return (int)read;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is not (NativeUnix.ErrorInterrupted or NativeUnix.ErrorTryAgain))
                throw NativeUnix.ErrorFor(error, "Standard input cannot be read");
        }
    }
}
