namespace RingShm.TestPeer.Commands;

/// <summary>
/// Writes values of a known pattern until it is told to stop: <c>state-write ring= log= id=</c>; with <c>update=1</c> each only over the version
/// that it has just read. Notes what it tries and what it has done; every tenth value it reads back what is there.
/// </summary>
internal static class StateWriteCommand
{
    private const int ReadsEvery = 10;

    public static int Run(PeerArguments arguments)
    {
        using Ledger notes = Ledger.Open(arguments.Text("log"));
        using StateCell cell = StateCell.Open(arguments.Ring);
        long id = arguments.Number("id");
        bool updates = arguments.Flag("update");
        PeerSignals.StandBy(arguments);
        using StateWriter writer = Attaching.UntilThereIsARow(cell.AttachWriter);
        PeerSignals.Attached();
        byte[] room = new byte[writer.MaxValueBytes];
        byte[] copy = new byte[writer.MaxValueBytes];
        long known = 0;
        while (!notes.IsStopped)
        {
            ReadOnlySpan<byte> value = StatePattern.Fill(room, StatePattern.NumberOf(id, notes.Attempted + 1));
            if (updates || notes.Attempted % ReadsEvery == 0)
                StateReadCommand.ReadOne(writer, copy, ref known);
            notes.Attempted++;
            long version = 0;
            if (updates && !writer.TryUpdate(known, value, out version))
            {
                // Never written: the number is used again.
                notes.Attempted--;
                continue;
            }

            if (!updates)
                version = writer.Write(value);
            if (version <= known)
                throw new MismatchException($"version {version} after {known}");
            known = version;
            notes.Published++;
            notes.Progress++;
        }

        return PeerSignals.Done(notes.Published);
    }
}
