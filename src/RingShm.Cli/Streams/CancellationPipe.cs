using System.Runtime.InteropServices;

namespace RingShm.Cli;

/// <summary>
/// A descriptor that has a byte once a token was cancelled: what waits in the kernel for another descriptor waits for both, and
/// need not wake up to ask. Kept until the process ends, as the descriptor that is waited for is.
/// </summary>
internal sealed unsafe class CancellationPipe
{
    private readonly int _end;

    public CancellationPipe(CancellationToken cancellationToken)
    {
        int* ends = stackalloc int[2];
        if (NativeUnix.Pipe(ends, NativeUnix.CloseOnExecute) != 0)
            throw NativeUnix.ErrorFor(Marshal.GetLastPInvokeError(), "A pipe cannot be made");
        Descriptor = ends[0];
        _end = ends[1];
        _ = cancellationToken.UnsafeRegister(static pipe => ((CancellationPipe)pipe!).Write(), this);
    }

    public int Descriptor { get; }

    private void Write()
    {
        byte one = 1;
        _ = NativeUnix.Write(_end, &one, 1);
    }
}
