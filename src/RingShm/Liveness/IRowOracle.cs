namespace RingShm.Liveness;

/// <summary>
/// What the kernel says of a row's owner. Never a clock: an answer of "dead" means that the kernel has confirmed it.
/// </summary>
internal interface IRowOracle
{
    /// <summary>
    /// Takes the row's kernel lock for this process, without waiting; false when another holder is alive. Where the
    /// platform has no such lock, true: the owner word and <see cref="IsAlive"/> decide.
    /// </summary>
    bool TryLock(int row);

    /// <summary>Gives the row's kernel lock back.</summary>
    void Unlock(int row);

    /// <summary>True unless the kernel confirms that the process which wrote this owner word is gone.</summary>
    bool IsAlive(int row, long owner);
}
