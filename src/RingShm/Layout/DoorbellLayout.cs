namespace RingShm.Layout;

/// <summary>
/// Where a queue's doorbells lie, from the control offset, behind the control lines of every kind. Each has a pair of lines to
/// itself: while nobody sleeps it is only read, so it stays in the caches of all who look at it.
/// </summary>
/// <remarks>
/// <code>
///  offset  who sleeps   who rings
///  0x200   consumers    producers, after a publication           (data)
///  0x280   producers    consumers, after handing something back  (space)
///
///  63 ................ 32 | 31 ................ 0
///  sleepers announced     | sequence, the futex word: how often it was rung
/// </code>
/// One word, so that ringing takes all announcements and moves the sequence in a single step.
/// </remarks>
internal static class DoorbellLayout
{
    public const int DataDoorbellOffset = 0x200;
    public const int SpaceDoorbellOffset = 0x280;
}
