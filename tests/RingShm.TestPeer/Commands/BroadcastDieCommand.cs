using RingShm.TestPeer.Killing;

namespace RingShm.TestPeer.Commands;

/// <summary>A broadcast operation to die in.</summary>
internal enum BroadcastKill
{
    Write,
    WriteBatch,
    Commit,
    Abort,

    /// <summary>Two claims open at once, the first committed, the second given up.</summary>
    TwoClaims,
    WriteThenDetach,

    /// <summary>Reliable: a writer that a dead reader holds up looks for it, and goes on.</summary>
    WriterLooks,
    AttachOldest,
    AttachNewest,
    AttachNext,
    Read,
    ReadBatch,
    ReadThenDetach,

    /// <summary>Lossy: it was lapped, and learns by how much. Evicting: it was evicted, and is told.</summary>
    ReadOverwritten,

    /// <summary>A reader before the claims of a dead writer looks for it, and goes on.</summary>
    ReaderLooks,
    AttachWriterOverDead,
    AttachReaderOverDead,
    Recover,
}

/// <summary>
/// Runs one broadcast operation and dies at its k-th access to shared memory (<c>at=k</c>), or stops there (<c>stop=1</c>). When the operation
/// is over, says <c>survived</c> with the number of its accesses and ends without letting go of anything.
/// </summary>
internal static class BroadcastDieCommand
{
    public const int VictimId = 7;

    public static MessagePattern PatternFor(int maxMessageBytes) => BroadcastWriteCommand.PatternFor(seed: 9, maxMessageBytes);

    public static int Run(PeerArguments arguments)
    {
        using Ledger notes = Ledger.Open(arguments.Text("ledger"));
        KillingMemory.DieAt = arguments.Number("at");
        KillingMemory.OnlyStops = arguments.Flag("stop");
        new BroadcastVictim(arguments.Ring, notes).Perform(arguments.Choice<BroadcastKill>("operation"));
        KillingMemory.IsArmed = false;
        PeerSignals.Say($"survived {KillingMemory.Accesses}");
        Suicide.Now();
        return 0;
    }
}
