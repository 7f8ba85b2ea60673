namespace RingShm.Cli;

/// <summary>Standard input as the kernel gives it: no decoding, no buffer in between.</summary>
internal abstract class StandardInput
{
    public static StandardInput Open() => OperatingSystem.IsWindows() ? new WindowsInput() : new UnixInput();

    /// <summary>Waits for bytes and reads what there is. 0 at the end of the input.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before bytes came.</exception>
    public abstract int Read(Span<byte> buffer, CancellationToken cancellationToken);
}
