namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Does at random all that users of a state cell can do whose bytes may be anything. Whatever comes back is fine if it is data within the
/// cell's limits or a typed exception.
/// </summary>
internal sealed class StateExerciser(Random random, string path, bool isTyped, Action damage)
{
    private const int Operations = 24;

    public void Run(RingOptions options)
    {
        Tolerate(() => _ = Ring.Inspect(path).Participants.Count);
        Tolerate(() => _ = Ring.Verify(path).Problems.Count);
        if (random.Next(4) == 0)
            Tolerate(() => _ = Ring.Recover(path));
        if (isTyped)
            Tolerate(() => RunTyped(options));
        else
            Tolerate(() => RunBytes(options));
    }

    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure) when (failure is RingException or TimeoutException)
        {
            // A named refusal is a right answer to damaged bytes.
        }
    }

    private void RunBytes(RingOptions options)
    {
        using StateCell cell = StateCell.Open(path, options);
        StateWriter? writer = null;
        StateReader? reader = null;
        Tolerate(() => writer = cell.AttachWriter());
        Tolerate(() => reader = cell.AttachReader());
        byte[] room = new byte[cell.MaxValueBytes];
        for (int i = 0; i < Operations; i++)
        {
            damage();
            int operation = random.Next(8);
            Tolerate(() => Use(cell, operation, writer, reader, room));
        }

        writer?.Dispose();
        reader?.Dispose();
    }

    private void Use(StateCell cell, int operation, StateWriter? writer, StateReader? reader, byte[] room)
    {
        switch (operation)
        {
            case 0 or 1:
                writer?.Write(room.AsSpan(0, random.Next(room.Length + 1)));
                break;
            case 2:
                writer?.TryUpdate(cell.Version, room, out _);
                break;
            case 3 or 4:
                if (reader != null && reader.TryRead(room, out StateStamp stamp) && (uint)stamp.LengthBytes > (uint)room.Length)
                    throw new MismatchException($"a value of {stamp.LengthBytes} bytes in a cell for {room.Length}");
                break;
            case 5:
                if (reader != null && reader.Read(out _).Length > room.Length)
                    throw new MismatchException("a value longer than the cell's limit");
                break;
            case 6:
                _ = reader?.WaitForChange(random.Next(30), TimeSpan.Zero);
                break;
            default:
                _ = cell.Recover();
                _ = cell.GetInfo().Participants.Count;
                using (StateReader another = cell.AttachReader())
                    _ = another.Version;
                break;
        }
    }

    private void RunTyped(RingOptions options)
    {
        using StateCell<long> cell = StateCell<long>.Open(path, options);
        using StateWriter<long> writer = cell.AttachWriter();
        using StateReader<long> reader = cell.AttachReader();
        for (int i = 0; i < Operations; i++)
        {
            damage();
            Tolerate(() => _ = writer.Write(i));
            Tolerate(() => _ = reader.TryRead(out _, out _));
            Tolerate(() => _ = writer.TryUpdate(cell.Version, i, out _));
        }
    }
}
