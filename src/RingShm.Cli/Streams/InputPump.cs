using System.Buffers.Binary;

namespace RingShm.Cli;

/// <summary>
/// Cuts standard input into messages. It sends what it has before it waits for more, and never holds more than one
/// unfinished message.
/// </summary>
internal sealed class InputPump(StandardInput input, RingSender sender)
{
    /// <summary>As much as a pipe holds; larger chunks only make the other side wait longer for each.</summary>
    private const int RawChunkBytes = 64 << 10;

    private const int FirstBufferBytes = 256 << 10;

    /// <summary>The bytes read and not sent yet lie from <see cref="_start"/> to <see cref="_end"/>.</summary>
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>Reads to the end of the input.</summary>
    public void Run(Framing framing)
    {
        _buffer = new byte[framing == Framing.Raw ? Math.Min(RawChunkBytes, sender.MaxMessageBytes) : FirstBufferBytes];
        switch (framing)
        {
            case Framing.Raw:
                RunRaw();
                break;
            case Framing.LengthPrefixed:
                RunLengthPrefixed();
                break;
            default:
                RunLines();
                break;
        }
    }

    private void RunRaw()
    {
        while (true)
        {
            int read = input.Read(_buffer, sender.CancellationToken);
            if (read == 0)
                return;
            sender.Send(_buffer.AsSpan(0, read), MessageTag.Whole);
        }
    }

    private void RunLines()
    {
        int limit = sender.MaxMessageBytes;
        while (Fill())
        {
            int scanned = _end - _newlyRead;
            while (_buffer.AsSpan(scanned, _end - scanned).IndexOf((byte)'\n') is >= 0 and int index)
            {
                SendParts(scanned + index, limit);
                sender.Send(_buffer.AsSpan(_start, scanned + index - _start), MessageTag.Whole);
                _start = scanned = scanned + index + 1;
            }

            // A line that no message can hold leaves in parts while it is still coming.
            SendParts(_end, limit);
        }

        // Nobody can finish a line of ours among other senders' lines, so there it is one with or without its newline.
        if (_end > _start)
            sender.Send(_buffer.AsSpan(_start, _end - _start), sender.IsShared ? MessageTag.Whole : MessageTag.Part);
    }

    /// <summary>Sends parts as long as messages get, until what is left before the end fits in one message.</summary>
    private void SendParts(int end, int limit)
    {
        if (sender.IsShared && end - _start > limit)
            throw CommandException.Failed(
                $"A line is longer than the ring's longest message of {limit} bytes, and where others' lines can come between, parts of one do not stay together; "
                + "make the ring with a larger --max-message.");
        for (; end - _start > limit; _start += limit)
            sender.Send(_buffer.AsSpan(_start, limit), MessageTag.Part);
    }

    private void RunLengthPrefixed()
    {
        while (Fill())
        {
            while (_end - _start >= MessageTag.PrefixBytes)
            {
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
                if (length > sender.MaxMessageBytes)
                    throw CommandException.Failed(
                        $"A frame of {length} bytes is longer than the ring's longest message of {sender.MaxMessageBytes} bytes.");
                if (_end - _start - MessageTag.PrefixBytes < length)
                    break;
                sender.Send(_buffer.AsSpan(_start + MessageTag.PrefixBytes, (int)length), MessageTag.Whole);
                _start += MessageTag.PrefixBytes + (int)length;
            }
        }

        if (_end > _start)
            throw CommandException.Failed($"The input ends inside a frame; {_end - _start} bytes of it are left over.");
    }

    private int _newlyRead;

    /// <summary>Reads more behind what is there, making room first. False at the end of the input.</summary>
    private bool Fill()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end == _buffer.Length)
        {
            byte[] from = _buffer;
            // More than half is one unfinished message: only a larger buffer will do.
            if (_end - _start > _buffer.Length / 2)
                _buffer = new byte[(int)Math.Min(Array.MaxLength, 2L * _buffer.Length)];
            from.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        _newlyRead = input.Read(_buffer.AsSpan(_end), sender.CancellationToken);
        _end += _newlyRead;
        return _newlyRead > 0;
    }
}
