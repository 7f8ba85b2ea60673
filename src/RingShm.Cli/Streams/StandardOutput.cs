namespace RingShm.Cli;

/// <summary>
/// Standard output as the kernel takes it. The runtime's own console stream drops bytes without a word when the reader has
/// gone; a tool that removes messages once they are printed must know.
/// </summary>
internal abstract class StandardOutput
{
    /// <summary>How many bytes the kernel has taken so far, also of a write that failed half-way.</summary>
    public long WrittenBytes { get; protected set; }

    /// <summary>True when it is known, without a write, that nobody will ever read what we write.</summary>
    public virtual bool IsReaderGone => false;

    /// <summary>
    /// Cancelled as soon as <see cref="IsReaderGone"/> would say so; never where that cannot be known. Whoever waits for something to
    /// write need not look again and again.
    /// </summary>
    public virtual CancellationToken ReaderGone => CancellationToken.None;

    public static StandardOutput Open() => OperatingSystem.IsWindows() ? new WindowsOutput() : new UnixOutput();

    /// <summary>Writes all of the bytes, waiting as long as it takes.</summary>
    /// <exception cref="ClosedPipeException">The reader has gone.</exception>
    /// <exception cref="IOException">Another error, such as a full disk.</exception>
    public abstract void Write(ReadOnlySpan<byte> bytes);
}
