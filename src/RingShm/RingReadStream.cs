namespace RingShm;

/// <summary>
/// The messages of a ring, one after the other, as one stream of bytes. The end of the stream is the end of the ring: completed and
/// drained.
/// </summary>
internal sealed class RingReadStream : RingStream
{
    private readonly SpscConsumer _consumer;

    /// <summary>What a message had more than the reader asked for.</summary>
    private readonly byte[] _rest;
    private int _restStart;
    private int _restEnd;

    public RingReadStream(SpscConsumer consumer, int maxMessageBytes)
    {
        _consumer = consumer;
        _rest = new byte[maxMessageBytes];
    }

    public override bool CanRead => !_consumer.IsDisposed;

    public override bool CanWrite => false;

    public override int Read(Span<byte> buffer)
    {
        int read;
        while (!TryRead(buffer, out read))
        {
            // An empty message is no end of the stream, so only this is.
            if (!_consumer.Read(out Message message, Timeout.InfiniteTimeSpan))
                return 0;
            using (message)
                Keep(message.Span);
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int read;
        while (!TryRead(buffer.Span, out read))
        {
            if (!await _consumer.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                return 0;
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This end of the ring is read.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _consumer.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>False when there are no bytes now; true at once for a reader that wants none.</summary>
    private bool TryRead(Span<byte> buffer, out int read)
    {
        read = 0;
        if (buffer.IsEmpty)
            return true;
        while (_restStart == _restEnd)
        {
            if (!_consumer.TryRead(out Message message))
                return false;
            using (message)
            {
                if (message.Span.Length > 0 && message.Span.Length <= buffer.Length)
                {
                    message.Span.CopyTo(buffer);
                    read = message.Span.Length;
                    return true;
                }

                Keep(message.Span);
            }
        }

        read = Math.Min(buffer.Length, _restEnd - _restStart);
        _rest.AsSpan(_restStart, read).CopyTo(buffer);
        _restStart += read;
        return true;
    }

    private void Keep(ReadOnlySpan<byte> message)
    {
        message.CopyTo(_rest);
        _restStart = 0;
        _restEnd = message.Length;
    }
}
