namespace RingShm;

/// <summary>What the two ends of a stream through a ring have in common: they go one way, and have neither place nor length.</summary>
internal abstract class RingStream : Stream
{
    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException("A stream through a ring has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A stream through a ring has no place.");
        set => throw new NotSupportedException("A stream through a ring has no place.");
    }

    /// <summary>Nothing is held back.</summary>
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A stream through a ring has no place.");

    public override void SetLength(long value) => throw new NotSupportedException("A stream through a ring has no length.");
}
