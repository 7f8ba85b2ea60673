namespace RingShm.Waiting;

/// <summary>
/// What a wait is for: there is a message, there is room, the ring was completed, the handle was disposed. Cheap, and without
/// effect of its own.
/// </summary>
internal interface IWaitCondition
{
    /// <summary>True when the waiter should try again.</summary>
    bool IsMet();
}
