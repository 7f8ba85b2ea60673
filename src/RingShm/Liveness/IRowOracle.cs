namespace RingShm.Liveness;

/// <summary>
/// What the kernel says of a row's owner. Never a clock: an answer of "dead" means that the kernel has confirmed it.
/// </summary>
internal interface IRowOracle
{
    /// <summary>Tries to take the row's kernel lock for this opener of the region, without waiting.</summary>
    RowLock TryLock(int row);

    /// <summary>Gives the row's kernel lock back.</summary>
    void Unlock(int row);

    /// <summary>True unless the kernel confirms that the process which wrote this owner word is gone.</summary>
    bool IsAlive(int row, long owner);
}

/// <summary>How an attempt at a row's kernel lock went.</summary>
internal enum RowLock
{
    /// <summary>Another opener holds it, so that one is alive.</summary>
    HeldByOther,

    /// <summary>Ours now: whoever's word still stands in the row is dead.</summary>
    Acquired,

    /// <summary>The platform has none: the owner word and <see cref="IRowOracle.IsAlive"/> decide.</summary>
    NotSupported,
}
