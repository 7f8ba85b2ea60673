using System.Runtime.CompilerServices;

namespace RingShm.Layout;

/// <summary>A state cell's words as pointers, and its geometry, both private to this process: made once when the region is opened.</summary>
internal readonly unsafe struct StateMap
{
    private readonly byte* _rows;
    private readonly long* _owners;
    private readonly byte* _buffers;
    private readonly long _strideBytes;

    public StateMap(byte* region, in RingGeometry geometry)
    {
        byte* control = region + geometry.ControlOffset;
        Current = (long*)(control + StateLayout.CurrentOffset);
        RowsSwept = (long*)(control + StateLayout.RowsSweptOffset);
        _rows = region + geometry.RowsOffset;
        _owners = (long*)(region + geometry.WordsOffset);
        _buffers = region + geometry.DataOffset;
        _strideBytes = geometry.GranuleBytes;
        BufferCount = (int)geometry.GranuleCount;
        RowCount = geometry.RowCount;
        MaxValueBytes = (int)geometry.MaxMessageBytes;
        HasOneWriter = geometry.HasOneProducer;
        HasOneReader = geometry.HasOneConsumer;
    }

    /// <summary>The version and the buffer of the value.</summary>
    public long* Current { get; }

    public long* RowsSwept { get; }

    public int BufferCount { get; }

    public int RowCount { get; }

    public int MaxValueBytes { get; }

    public bool HasOneWriter { get; }

    public bool HasOneReader { get; }

    /// <summary>A buffer, whose index the caller has checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StateBuffer Buffer(int index) => new(_buffers + (index * _strideBytes));

    /// <summary>Who is writing a buffer.</summary>
    public long* OwnerOf(int buffer) => _owners + buffer;

    public StateRow Row(int index) => new(_rows + ((long)index * RowLayout.StrideBytes), index);
}

/// <summary>One buffer: a value, its length, its version and where it came from.</summary>
internal readonly unsafe struct StateBuffer(byte* buffer)
{
    public long* Version
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(buffer + StateBufferLayout.VersionOffset);
    }

    public long* Length
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(buffer + StateBufferLayout.LengthOffset);
    }

    public long* Source
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (long*)(buffer + StateBufferLayout.SourceOffset);
    }

    public byte* Payload
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => buffer + StateBufferLayout.PayloadOffset;
    }
}

/// <summary>The words of one participant row that a state cell uses.</summary>
internal readonly unsafe struct StateRow(byte* row, int index)
{
    public int Index { get; } = index;

    public long* Owner => (long*)(row + RowLayout.OwnerOffset);

    public long* Role => (long*)(row + RowLayout.RoleOffset);

    public long* Pin => (long*)(row + StateRowLayout.PinOffset);
}
