namespace RingShm.TestPeer.Commands;

/// <summary>
/// Reads until it is told to stop and checks every byte: <c>state-read ring= log=</c>. With <c>wait=1</c> it waits for each change;
/// with <c>wait=2</c> asynchronously.
/// </summary>
internal static class StateReadCommand
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    public static int Run(PeerArguments arguments)
    {
        using Ledger notes = Ledger.Open(arguments.Text("log"));
        using StateCell cell = StateCell.Open(arguments.Ring);
        long wait = arguments.Number("wait");
        PeerSignals.StandBy(arguments);
        using StateReader reader = Attaching.UntilThereIsARow(cell.AttachReader);
        PeerSignals.Attached();
        byte[] room = new byte[reader.MaxValueBytes];
        long known = 0;
        while (!notes.IsStopped)
        {
            if (wait == 1 && !reader.WaitForChange(known, Slice))
                continue;
            if (wait == 2 && !WaitAsync(reader, known).GetAwaiter().GetResult())
                continue;
            long before = known;
            ReadOne(reader, room, ref known);
            if (wait != 0 && known <= before)
                throw new MismatchException($"woken for version {known}, which was known");
            notes.Progress++;
        }

        return PeerSignals.Done(notes.Progress);
    }

    /// <summary>Reads a value, if there is one yet, and checks it against its pattern and against the versions seen before.</summary>
    public static void ReadOne(StateReader reader, byte[] room, ref long known)
    {
        if (reader.TryRead(room, out StateStamp stamp))
            _ = StatePattern.Check(room.AsSpan(0, stamp.LengthBytes), room.Length);
        if (stamp.Version < known)
            throw new MismatchException($"version {stamp.Version} after {known}");
        known = stamp.Version;
    }

    private static async Task<bool> WaitAsync(StateReader reader, long known)
    {
        using CancellationTokenSource limit = new(Slice);
        try
        {
            await reader.WaitForChangeAsync(known, limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
