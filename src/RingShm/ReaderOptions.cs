namespace RingShm;

/// <summary>Where a reader of a broadcast ring begins.</summary>
public enum ReaderStart
{
    /// <summary>At the oldest message that is retained.</summary>
    Oldest = 0,

    /// <summary>At the newest message that is there; at the next one when there is none.</summary>
    Newest = 1,

    /// <summary>At the first message that cannot be read yet.</summary>
    Next = 2,
}

/// <summary>Where a reader of a lossy broadcast ring goes on when it was lapped.</summary>
public enum ReaderResume
{
    /// <summary>At the oldest message that is retained: it loses as little as it can, and may soon be lapped again.</summary>
    Oldest = 0,

    /// <summary>At the newest message that is there: it loses all that lies between, and is up to date.</summary>
    Newest = 1,
}
