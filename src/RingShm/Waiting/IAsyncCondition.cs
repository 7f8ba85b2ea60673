namespace RingShm.Waiting;

/// <summary>
/// What an asynchronous wait is for. The hub's thread asks, while nobody is inside the handle that waits.
/// </summary>
internal interface IAsyncCondition : IHeldUpCondition
{
    /// <summary>Keeps everything usable that the condition looks at; false when it is gone, and then there is nothing to wait for.</summary>
    bool TryBegin();

    /// <summary>Once for each <see cref="TryBegin"/> that succeeded. Whatever it kept may be gone afterwards.</summary>
    void End();
}
