namespace RingShm.Layout;

/// <summary>What a state cell adds: buffers, their owner words, and who may take part.</summary>
internal readonly partial record struct RingGeometry
{
    /// <summary>The flags of a state cell.</summary>
    public const int KnownStateFlags = OneProducerFlag | OneConsumerFlag;

    /// <summary>The longest value of a cell: what a length can say, and what its buffers together may take.</summary>
    public static long LargestStateValueBytes(int participants)
    {
        int buffers = StateLayout.FirstSharedRow + participants + StateLayout.SpareBuffers;
        long stride = LargestCapacityBytes / buffers / StateLayout.BufferAlignmentBytes * StateLayout.BufferAlignmentBytes;
        return Math.Min(RecordLayout.LongestPayloadBytes, stride - StateBufferLayout.PayloadOffset);
    }

    /// <summary>
    /// The geometry of a state cell: one buffer for each row, and two. A limit of 0 means the default. Its capacity is the size of all buffers.
    /// </summary>
    public static RingGeometry ForState(long maxValueBytes, long fixedValueBytes, int participants, int flags)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValueBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(fixedValueBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(participants, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(participants, StateLayout.MaxRows - StateLayout.FirstSharedRow);
        if (fixedValueBytes != 0 && maxValueBytes != 0 && maxValueBytes != fixedValueBytes)
            throw new ArgumentException(
                $"A cell of {fixedValueBytes}-byte values was asked for with a longest value of {maxValueBytes} bytes.", nameof(maxValueBytes));
        long limit = fixedValueBytes != 0 ? fixedValueBytes : maxValueBytes != 0 ? maxValueBytes : StateLayout.DefaultMaxValueBytes;
        if (limit > LargestStateValueBytes(participants))
            throw new ArgumentOutOfRangeException(
                nameof(maxValueBytes), limit,
                $"A cell for {participants} participants holds values of at most {LargestStateValueBytes(participants)} bytes.");
        checked
        {
            int rowCount = StateLayout.FirstSharedRow + participants;
            int buffers = rowCount + StateLayout.SpareBuffers;
            long stride = RoundUp(StateBufferLayout.PayloadOffset + limit, StateLayout.BufferAlignmentBytes);
            long control = HeaderLayout.PageBytes;
            long rows = control + StateLayout.ControlBytes;
            long owners = RoundUp(rows + (rowCount * (long)RowLayout.StrideBytes), HeaderLayout.PageBytes);
            long data = RoundUp(owners + (buffers * (long)StateLayout.OwnerBytes), HeaderLayout.PageBytes);
            long capacity = buffers * stride;
            return new RingGeometry
            {
                Kind = RingKind.State,
                CapacityBytes = capacity,
                MaxMessageBytes = limit,
                FixedMessageBytes = fixedValueBytes,
                ControlOffset = control,
                RowsOffset = rows,
                RowCount = rowCount,
                RowStrideBytes = RowLayout.StrideBytes,
                DataOffset = data,
                TotalBytes = RoundUp(data + capacity, HeaderLayout.PageBytes),
                GranuleBytes = stride,
                GranuleCount = buffers,
                WordsOffset = owners,
                HasOneProducer = (flags & OneProducerFlag) != 0,
                HasOneConsumer = (flags & OneConsumerFlag) != 0,
            };
        }
    }
}
