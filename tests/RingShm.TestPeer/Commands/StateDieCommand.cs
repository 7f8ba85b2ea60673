using RingShm.State;
using RingShm.TestPeer.Killing;

namespace RingShm.TestPeer.Commands;

/// <summary>A state cell's operation to die in.</summary>
internal enum StateKill
{
    Write,
    Update,
    WriteThenDetach,

    /// <summary>Writes while a reader, dead since, is choosing: the writer has to help it.</summary>
    WriteAndHelp,
    Read,
    ReadPinned,
    AttachOverDead,
    Recover,
}

/// <summary>
/// Runs one operation of a state cell and dies at its k-th access to shared memory (<c>at=k</c>), or stops there (<c>stop=1</c>). When the
/// operation is over, says <c>survived</c> and ends without letting go of anything.
/// </summary>
internal static class StateDieCommand
{
    /// <summary>The victim's number among the writers.</summary>
    public const long Victim = 7;

    public static int Run(PeerArguments arguments)
    {
        StateKill operation = arguments.Choice<StateKill>("operation");
        using Ledger notes = Ledger.Open(arguments.Text("ledger"));
        using KillingStateCell cell = new(arguments.Ring);
        KillingMemory.DieAt = arguments.Number("at");
        KillingMemory.OnlyStops = arguments.Flag("stop");
        Perform(operation, arguments.Ring, cell, notes);
        KillingMemory.IsArmed = false;
        PeerSignals.Say($"survived {KillingMemory.Accesses}");
        Suicide.Now();
        return 0;
    }

    private static void Perform(StateKill operation, string name, KillingStateCell cell, Ledger notes)
    {
        byte[] room = new byte[cell.MaxValueBytes];
        switch (operation)
        {
            case StateKill.Read or StateKill.ReadPinned:
                StateReaderCore<KillingMemory> reader = cell.AttachReader();
                KillingMemory.IsArmed = true;
                if (operation == StateKill.Read ? !reader.TryRead(room, out StateRead read) : !reader.TryReadPinned(room, out read))
                    throw new MismatchException("nothing to read");
                _ = StatePattern.Check(room.AsSpan(0, read.LengthBytes), room.Length);
                break;
            case StateKill.AttachOverDead or StateKill.Recover:
                for (bool chooses = false; KillingStateCell.TryLeaveCorpse(name, chooses); chooses = !chooses)
                {
                    // Until every row has one.
                }

                KillingMemory.IsArmed = true;
                if (operation == StateKill.Recover)
                    cell.Recover();
                else
                    _ = cell.AttachWriter(Victim);
                break;
            default:
                Write(operation, name, cell, notes, room);
                break;
        }
    }

    private static void Write(StateKill operation, string name, KillingStateCell cell, Ledger notes, byte[] room)
    {
        StateWriterCore<KillingMemory> writer = cell.AttachWriter(Victim);
        if (operation == StateKill.WriteAndHelp && !KillingStateCell.TryLeaveCorpse(name, chooses: true))
            throw new MismatchException("no row for a corpse");
        ReadOnlySpan<byte> value = StatePattern.Fill(room, StatePattern.NumberOf(Victim, 1));
        notes.Attempted = 1;
        KillingMemory.IsArmed = true;
        // The parent has written once. Others may be faster while the victim stands still.
        if (operation == StateKill.Update)
            notes.Published = writer.TryUpdate(1, value, out _) ? 1 : 0;
        else
            notes.Published = writer.Write(value) > 0 ? 1 : 0;
        if (operation == StateKill.WriteThenDetach)
            cell.Detach();
    }
}
