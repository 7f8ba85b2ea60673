namespace RingShm.Layout;

/// <summary>Offsets of a state cell's control lines, from the control offset.</summary>
/// <remarks>
/// <code>
///  offset  writer     words
///  0x000   writers    current: which buffer holds the value, and the value's version
///  0x080   survivors  rows swept
///
///  63 ............. 14 | 13 ....... 0
///  version: 50 bits    | buffer: 14 bits        0 = nothing was written yet
/// </code>
/// </remarks>
internal static class StateLayout
{
    public const int CurrentOffset = 0x000;
    public const int RowsSweptOffset = 0x080;

    public const int ControlBytes = 0x1000;

    /// <summary>The row of a role that is declared single; other participants take the rows behind these two.</summary>
    public const int SingleWriterRow = 0;
    public const int SingleReaderRow = 1;
    public const int FirstSharedRow = 2;

    public const int DefaultParticipants = 64;

    /// <summary>The longest value where nobody says otherwise.</summary>
    public const int DefaultMaxValueBytes = 4096;

    /// <summary>One row more could not be told apart from others in an owner word, nor one buffer more in a pin.</summary>
    public const int MaxRows = 8192;

    /// <summary>Buffers beyond one a row: the current one, and one that a writer can find.</summary>
    public const int SpareBuffers = 2;

    public const int OwnerBytes = 8;

    /// <summary>From one buffer to the next: a multiple of this, because different processes write them.</summary>
    public const int BufferAlignmentBytes = 128;
}

/// <summary>Offsets inside a buffer.</summary>
internal static class StateBufferLayout
{
    public const int VersionOffset = 0x00;
    public const int LengthOffset = 0x08;
    public const int SourceOffset = 0x10;
    public const int PayloadOffset = 0x20;
}

/// <summary>The word that a state cell adds to a participant row.</summary>
/// <remarks>
/// <code>
///  63 ............. 16 | 15 ........ 2 | 1 ... 0
///  turn: 48 bits       | buffer: 14    | state: 0 = idle, 1 = choosing, 2 = pinned
/// </code>
/// </remarks>
internal static class StateRowLayout
{
    public const int PinOffset = 0x40;
}
