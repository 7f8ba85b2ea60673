namespace RingShm.Waiting;

/// <summary>What a doorbell asks of the operating system. The model checker has its own.</summary>
internal unsafe interface IKernelDoorbell
{
    /// <summary>
    /// Makes every thread that rings without a fence of its own pass one, in whichever process it runs, before this returns.
    /// </summary>
    void FenceRingers();

    /// <summary>
    /// Sleeps unless the word's low half differs from the expected sequence. Returns when the doorbell is rung, when the time has
    /// come, or for no reason.
    /// </summary>
    /// <param name="word">The doorbell's word.</param>
    /// <param name="expected">The sequence at which the sleeper announced itself.</param>
    /// <param name="until">A <see cref="System.Diagnostics.Stopwatch"/> timestamp.</param>
    void Wait(long* word, uint expected, long until);

    /// <summary>Wakes everybody who sleeps on a sequence that this caller has ended. One system call; a few on Windows.</summary>
    /// <param name="word">The doorbell's word.</param>
    /// <param name="sequence">The sequence that the caller moved on from.</param>
    void Wake(long* word, uint sequence);
}
