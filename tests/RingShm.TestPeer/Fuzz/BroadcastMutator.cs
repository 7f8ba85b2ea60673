using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Damages a broadcast ring where it hurts: cursors (of rows that nobody owns too, and ahead of the writers), what is retained, the writer
/// position, evictions; and, as in an MPMC ring, slot words, intervals, marks and record headers.
/// </summary>
internal sealed class BroadcastMutator(Random random, RingGeometry geometry)
{
    private static readonly int[] s_retained =
    [
        BroadcastLayout.RetainedPositionEvenOffset, BroadcastLayout.RetainedPositionOddOffset,
        BroadcastLayout.RetainedMessagesEvenOffset, BroadcastLayout.RetainedMessagesOddOffset,
    ];

    private static readonly int[] s_controls =
    [
        BroadcastLayout.WriterPositionOffset, BroadcastLayout.WriterPositionOffset, BroadcastLayout.WriterPositionOffset, BroadcastLayout.CompletedOffset,
        BroadcastLayout.ClaimsRecoveredOffset, BroadcastLayout.ReadersEvictedOffset, BroadcastLayout.RowsSweptOffset,
    ];

    public (int Offset, byte[] Bytes) Patch(long trouble)
    {
        long value = random.Next(3) == 0 ? trouble : NearPosition();
        return random.Next(8) switch
        {
            0 => (RowWord(RowLayout.CursorOffset), Word(value)),
            1 => (RowWord(random.Next(2) == 0 ? RowLayout.EvictedOffset : RowLayout.MessagesLostOffset), Word(value)),
            2 => (Control(BroadcastLayout.RetainedStepOffset), Word(random.Next(3) == 0 ? trouble : random.NextInt64(-1, 9))),
            3 => (Control(s_retained[random.Next(s_retained.Length)]), Word(value)),
            4 => (Control(s_controls[random.Next(s_controls.Length)]), Word(value)),
            _ => new MpmcMutator(random, geometry).Patch(trouble),
        };
    }

    /// <summary>All that is retained at once: a step and both its pairs, which may fit each other and nothing else.</summary>
    public (int Offset, byte[] Bytes) Retained()
    {
        long position = NearPosition();
        long messages = random.Next(3) == 0 ? NearPosition() : Math.Max(0, position - random.Next(3));
        return (Control(BroadcastLayout.RetainedStepOffset),
        [
            .. Word(random.NextInt64(9)), .. Word(position), .. Word(messages),
            .. Word(random.Next(2) == 0 ? position + random.Next(4) : NearPosition()), .. Word(messages + random.Next(-1, 4)),
        ]);
    }

    private long NearPosition() => random.NextInt64(-2, (geometry.GranuleCount * 4) + 2);

    private int Control(int offset) => (int)geometry.ControlOffset + offset;

    private int RowWord(int offset) => (int)geometry.RowsOffset + (random.Next(geometry.RowCount) * geometry.RowStrideBytes) + offset;

    private static byte[] Word(long value) => BitConverter.GetBytes(value);
}
