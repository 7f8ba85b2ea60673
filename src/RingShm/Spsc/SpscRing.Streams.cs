namespace RingShm;

/// <remarks>The ring's ends as those of a stream of bytes, for code that knows nothing of messages.</remarks>
public sealed partial class SpscRing
{
    /// <summary>
    /// Attaches the producer as a stream that is written. Each write becomes one message, or several when it is longer than the ring's
    /// longest; it waits for room, asynchronous writes without holding a thread. Disposing the stream completes the ring, which is
    /// the stream's end for its reader; a process that dies has not ended it. One thread at a time.
    /// </summary>
    /// <remarks>
    /// For pipelines: <c>System.IO.Pipelines.PipeWriter.Create(ring.AttachWriteStream())</c>. Its flush is complete when all bytes are in
    /// the ring, so it waits while the ring is full. Completing it completes the ring; an error that it completes with does not cross.
    /// </remarks>
    /// <inheritdoc cref="AttachProducer()"/>
    public Stream AttachWriteStream() => new RingWriteStream(AttachProducer(), _core.Complete);

    /// <summary>
    /// Attaches the consumer as a stream that is read: the payloads of the messages, one after the other, whatever their lengths; type
    /// tags are not seen. Reads wait for bytes, asynchronous ones without holding a thread, and end when the ring was completed and is
    /// drained. One thread at a time.
    /// </summary>
    /// <remarks>
    /// A message is consumed when its first byte is read: what is left of it dies with the reader. For pipelines:
    /// <c>System.IO.Pipelines.PipeReader.Create(ring.AttachReadStream())</c>. What it has read and not examined is in its own memory, so that
    /// it holds nothing of the ring; completing it gives the role back, and the next reader goes on with the next message.
    /// </remarks>
    /// <inheritdoc cref="AttachConsumer"/>
    public Stream AttachReadStream() => new RingReadStream(AttachConsumer(), (int)MaxMessageBytes);
}
