namespace RingShm;

/// <summary>Bytes into a ring, in messages as long as the ring takes them. Disposing it completes the ring: that is the stream's end.</summary>
internal sealed class RingWriteStream : RingStream
{
    private readonly SpscProducer _producer;
    private readonly Action _complete;

    public RingWriteStream(SpscProducer producer, Action complete)
    {
        _producer = producer;
        _complete = complete;
    }

    public override bool CanRead => false;

    public override bool CanWrite => !_producer.IsDisposed;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, _producer.MaxMessageBytes);
            _ = _producer.Write(buffer[..length], Timeout.InfiniteTimeSpan);
            buffer = buffer[length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Also for a write of nothing.
        cancellationToken.ThrowIfCancellationRequested();
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, _producer.MaxMessageBytes);
            await _producer.WriteAsync(buffer[..length], cancellationToken).ConfigureAwait(false);
            buffer = buffer[length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This end of the ring is written.");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_producer.IsDisposed)
        {
            _complete();
            _producer.Dispose();
        }

        base.Dispose(disposing);
    }
}
