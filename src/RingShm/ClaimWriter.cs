using System.Buffers;

namespace RingShm;

/// <summary>A buffer writer over the bytes of the claim that is open. One object a handle, made when first asked for.</summary>
internal sealed unsafe class ClaimWriter : MemoryManager<byte>, IBufferWriter<byte>
{
    private byte* _start;
    private int _lengthBytes;

    /// <summary>Bytes that were written and not taken back.</summary>
    public int WrittenBytes { get; private set; }

    /// <summary>Points the writer at a claim; a length of 0 detaches it from all.</summary>
    public void Reset(byte* start, int lengthBytes)
    {
        _start = start;
        _lengthBytes = lengthBytes;
        WrittenBytes = 0;
    }

    public bool IsAt(byte* start) => _start == start;

    public void Advance(int count)
    {
        if ((uint)count > (uint)(_lengthBytes - WrittenBytes))
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"The claim has {_lengthBytes - WrittenBytes} bytes left of {_lengthBytes}.");
        WrittenBytes += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        CheckHint(sizeHint);
        return CreateMemory(WrittenBytes, _lengthBytes - WrittenBytes);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        CheckHint(sizeHint);
        return new Span<byte>(_start + WrittenBytes, _lengthBytes - WrittenBytes);
    }

    public override Span<byte> GetSpan() => new(_start, _lengthBytes);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_lengthBytes, nameof(elementIndex));
        return new MemoryHandle(_start + elementIndex);
    }

    public override void Unpin()
    {
        // Mapped memory does not move.
    }

    protected override void Dispose(bool disposing) => Reset(null, 0);

    private void CheckHint(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (sizeHint > _lengthBytes - WrittenBytes)
            throw new ArgumentException(
                $"{sizeHint} bytes were asked for; the claim has {_lengthBytes - WrittenBytes} left of {_lengthBytes}.", nameof(sizeHint));
        if (_lengthBytes == WrittenBytes)
            throw new ArgumentException($"The claim's {_lengthBytes} bytes are full, or it is over.", nameof(sizeHint));
    }
}
