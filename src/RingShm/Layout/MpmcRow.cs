namespace RingShm.Layout;

/// <summary>The words of one participant row that the MPMC and broadcast protocols use.</summary>
internal readonly unsafe struct MpmcRow
{
    private readonly byte* _row;

    public MpmcRow(byte* row, int index)
    {
        _row = row;
        Index = index;
    }

    public int Index { get; }

    public long* Owner => (long*)(_row + RowLayout.OwnerOffset);

    public long* Role => (long*)(_row + RowLayout.RoleOffset);

    public long* IntervalStart => (long*)(_row + RowLayout.IntervalStartOffset);

    public long* IntervalEnd => (long*)(_row + RowLayout.IntervalEndOffset);

    public long* Marks => (long*)(_row + RowLayout.MarksOffset);

    public long* MessagesWritten => (long*)(_row + RowLayout.MessagesWrittenOffset);

    public long* MessagesRead => (long*)(_row + RowLayout.MessagesReadOffset);

    public long* ClaimsAborted => (long*)(_row + RowLayout.ClaimsAbortedOffset);

    public long* MessagesRedelivered => (long*)(_row + RowLayout.MessagesRedeliveredOffset);

    public long* Cursor => (long*)(_row + RowLayout.CursorOffset);

    public long* Evicted => (long*)(_row + RowLayout.EvictedOffset);

    public long* MessagesLost => (long*)(_row + RowLayout.MessagesLostOffset);
}
