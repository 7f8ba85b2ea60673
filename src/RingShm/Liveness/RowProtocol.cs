using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Liveness;

/// <summary>How an exclusive row changes hands: kernel lock first, owner word second; the reverse on the way out.</summary>
/// <remarks>
/// Because the lock is taken before the word is written and released after the word is cleared, a word without a lock means
/// a dead owner and nothing else. Where the platform has no lock, the word itself names the process and the oracle judges it.
/// </remarks>
internal static unsafe class RowProtocol<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>
    /// Makes <paramref name="self"/> the row's owner. Does not wait. On success <paramref name="prior"/> is the dead owner's
    /// word, or free; on failure it is the live owner's (free while that one is just arriving or leaving).
    /// </summary>
    public static bool TryAcquire(long* ownerWord, int row, long self, IRowOracle oracle, out long prior)
    {
        RowLock rowLock = oracle.TryLock(row);
        // P1 acquire: what the last owner stored before it let go (P3). Pairs with P2 and P3.
        prior = TMemory.LoadAcquire(ownerWord, Edge.P1);
        if (rowLock == RowLock.HeldByOther)
            return false;
        if (prior == RowLayout.FreeOwner || rowLock == RowLock.Acquired || !oracle.IsAlive(row, prior))
        {
            // P2: from what we judged, or not at all; two attachers can judge the same dead owner at once.
            long found = TMemory.CompareExchange(ownerWord, self, prior, Edge.P2);
            if (found == prior)
                return true;
            prior = found;
        }

        oracle.Unlock(row);
        return false;
    }

    /// <summary>
    /// Makes <paramref name="self"/> the owner of a free row; of a dead one's it does not. Does not wait. For rows that hold what only
    /// a sweep can mend: who died in between is found as it was. <paramref name="prior"/> is the word that was found.
    /// </summary>
    public static bool TryAcquireFree(long* ownerWord, int row, long self, IRowOracle oracle, out long prior)
    {
        prior = RowLayout.FreeOwner;
        if (oracle.TryLock(row) == RowLock.HeldByOther)
            return false;
        // P2: from free, or not at all. It also acquires what the last owner stored before it let go (P3).
        prior = TMemory.CompareExchange(ownerWord, self, RowLayout.FreeOwner, Edge.P2);
        if (prior == RowLayout.FreeOwner)
            return true;
        oracle.Unlock(row);
        return false;
    }

    /// <summary>
    /// Frees the row of a dead owner whose remains have been seen to. False when the row is not that owner's any more, or when
    /// somebody is just attaching to it.
    /// </summary>
    public static bool TryReclaim(long* ownerWord, int row, long deadOwner, IRowOracle oracle)
    {
        if (oracle.TryLock(row) == RowLock.HeldByOther)
            return false;
        // P2: from the dead one's word, or not at all.
        bool isFreed = TMemory.CompareExchange(ownerWord, RowLayout.FreeOwner, deadOwner, Edge.P2) == deadOwner;
        oracle.Unlock(row);
        return isFreed;
    }

    /// <summary>Lets the row go. The caller has handed back everything that it held through the row.</summary>
    public static void Release(long* ownerWord, int row, IRowOracle oracle) =>
        Leave(ownerWord, RowLayout.FreeOwner, row, oracle);

    /// <summary>Leaves the row as a dead owner would: what was held through it is for the successor to sort out.</summary>
    public static void Abandon(long* ownerWord, int row, IRowOracle oracle) =>
        Leave(ownerWord, RowLayout.AbandonedOwner, row, oracle);

    private static void Leave(long* ownerWord, long word, int row, IRowOracle oracle)
    {
        // P3 release: all that we did as owner before the row is anybody's. Pairs with P1.
        TMemory.StoreRelease(ownerWord, word, Edge.P3);
        oracle.Unlock(row);
    }
}
