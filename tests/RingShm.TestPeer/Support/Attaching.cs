namespace RingShm.TestPeer;

/// <summary>
/// Attaching to an MPMC ring while others die and are swept: a row can be busy for a moment because somebody is just sweeping it,
/// or because a stopped participant may own what its last owner left.
/// </summary>
internal static class Attaching
{
    /// <summary>Tries until there is a row; a watchdog of the parent's decides how long that may take.</summary>
    public static THandle UntilThereIsARow<THandle>(Func<THandle> attach)
    {
        while (true)
        {
            try
            {
                return attach();
            }
            catch (Exception refusal) when (refusal is ParticipantLimitException or RoleTakenException)
            {
                Thread.Sleep(1);
            }
        }
    }
}
