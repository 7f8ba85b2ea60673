namespace RingShm.Cli;

/// <summary>
/// Reads the standard input handle. A read that waits is not interrupted: on Ctrl-C the producer of a pipe ends as well, and
/// otherwise the process's last resort ends it.
/// </summary>
internal sealed class WindowsInput : StandardInput
{
    private readonly Stream _stream = Console.OpenStandardInput();

    public override int Read(Span<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int read = _stream.Read(buffer);
        // Ctrl-C at a console, or the end of the other programs of the pipeline, looks like the end of the input.
        cancellationToken.ThrowIfCancellationRequested();
        return read;
    }
}
