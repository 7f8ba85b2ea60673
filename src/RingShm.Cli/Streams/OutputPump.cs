using System.Buffers.Binary;

namespace RingShm.Cli;

/// <summary>
/// Writes messages to standard output and only then hands them back to the ring: what was not written comes again, to this
/// process's successor or to the next call. Messages are gathered, so that many small ones cost one write.
/// </summary>
internal sealed class OutputPump(StandardOutput output, Framing framing, bool marksRedelivered)
{
    public const int MostMessages = 4096;

    private const int BufferBytes = 128 << 10;

    /// <summary>A longer payload is written from the ring itself; copying it would cost more than a call saves.</summary>
    private const int CopyUpToBytes = 16 << 10;

    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Where in the output each message of this batch ends, in bytes since the batch began.</summary>
    private readonly long[] _ends = new long[MostMessages];

    /// <summary>Which messages of this batch may have been printed before.</summary>
    private readonly bool[] _isRedelivered = new bool[MostMessages];

    /// <summary>Messages of a lossy ring that were written over before each of this batch.</summary>
    private readonly long[] _lostBefore = new long[MostMessages];
    private int _buffered;
    private int _messages;
    private bool _isInsideLine;
    private long _gatheredBytes;
    private long _writtenBefore;
    private Exception? _failure;

    /// <summary>Printed messages that may have been printed before, by a receiver that did not come to hand them back.</summary>
    public long RedeliveredMessages { get; private set; }

    /// <summary>Messages between the printed ones that were written over before this receiver came to them.</summary>
    public long LostMessages { get; private set; }

    /// <summary>Bytes of output that the last batch made.</summary>
    public long LastBatchBytes => _gatheredBytes;

    /// <summary>Prints up to this many messages that are there now. Returns how many; does not wait for messages.</summary>
    /// <exception cref="IOException">The output failed; what was not written in full is still in the ring.</exception>
    public int Print(IMessageSource source, int limit)
    {
        Begin();
        int printed = source.TryReadBatch(
            static (in Message message, OutputPump pump) => pump.Gather(message),
            static (messages, pump) => pump.Settle(messages),
            this,
            Math.Min(limit, MostMessages));
        ThrowIfFailed();
        return printed;
    }

    /// <summary>Prints one leased message and hands it back.</summary>
    /// <inheritdoc cref="Print"/>
    public void PrintOne(in Message message)
    {
        Begin();
        Gather(message);
        Settle(1);
        // On failure the lease stays open: only that keeps the message in the ring.
        ThrowIfFailed();
        message.Dispose();
    }

    private void Begin()
    {
        _messages = 0;
        _buffered = 0;
        _gatheredBytes = 0;
        _writtenBefore = output.WrittenBytes;
    }

    private void Gather(in Message message)
    {
        if (_failure != null)
            return;
        if (marksRedelivered && !_isInsideLine)
            Append(message.Redelivered ? "1\t"u8 : "0\t"u8);
        _isInsideLine = message.Type == MessageTag.Part;
        if (framing == Framing.LengthPrefixed)
        {
            Span<byte> prefix = stackalloc byte[MessageTag.PrefixBytes];
            BinaryPrimitives.WriteInt32LittleEndian(prefix, message.Span.Length);
            Append(prefix);
        }

        Append(message.Span);
        if (framing == Framing.Lines && message.Type != MessageTag.Part)
            Append("\n"u8);
        _isRedelivered[_messages] = message.Redelivered;
        _lostBefore[_messages] = message.LostBefore;
        _ends[_messages++] = _gatheredBytes;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _gatheredBytes += bytes.Length;
        if (bytes.Length > _buffer.Length - _buffered || bytes.Length > CopyUpToBytes)
            Flush();
        if (bytes.Length > CopyUpToBytes)
        {
            Write(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    /// <summary>Writes what is gathered, and says how many messages are in the output in full.</summary>
    private int Settle(int messages)
    {
        Flush();
        long written = output.WrittenBytes - _writtenBefore;
        int printed = _failure == null ? messages : 0;
        while (_failure != null && printed < _messages && _ends[printed] <= written)
            printed++;
        RedeliveredMessages += _isRedelivered.AsSpan(0, printed).Count(true);
        foreach (long lost in _lostBefore.AsSpan(0, printed))
            LostMessages += lost;
        return printed;
    }

    private void Flush()
    {
        Write(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_failure != null)
            return;
        try
        {
            output.Write(bytes);
        }
        catch (IOException exception)
        {
            // Kept for later: the batch must first be told what was written.
            _failure = exception;
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure != null)
            throw _failure;
    }
}
