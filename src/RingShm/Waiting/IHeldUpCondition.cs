namespace RingShm.Waiting;

/// <summary>A condition that may never be met unless the waiter itself finds out that somebody has died.</summary>
internal interface IHeldUpCondition : IWaitCondition
{
    /// <summary>True while another participant, alive or dead, holds something that this wait is behind.</summary>
    bool IsHeldUp();
}
