namespace RingShm.TestPeer.Commands;

/// <summary>Sweeps the dead of an MPMC ring and says what it found.</summary>
internal static class MpmcRecoverCommand
{
    public static int Run(PeerArguments arguments)
    {
        RingRecovery recovery = Ring.Recover(arguments.Ring);
        PeerSignals.Say(
            $"recovered {recovery.RowsSwept} rows, {recovery.ClaimsRecovered} claims, {recovery.LeasesRecovered} leases, {recovery.RowsWaiting} waiting");
        return 0;
    }
}
