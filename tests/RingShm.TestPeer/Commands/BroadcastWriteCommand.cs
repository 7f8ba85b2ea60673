namespace RingShm.TestPeer.Commands;

/// <summary>
/// Writes numbered messages into a broadcast ring until it is told to stop: <c>broadcast-write ring= log= id= seed=</c>; singly, in batches, and by
/// claims, some of which are given up. Goes on from the number that its notes say was begun last; <c>life=</c> says how many went before it; with
/// <c>yield=1</c> it lets others run after each of its steps.
/// </summary>
internal static class BroadcastWriteCommand
{
    private const int LongestBatch = 8;

    private const int WriterBits = 16;

    public static MessagePattern PatternFor(long seed, int maxMessageBytes) => new(seed, SizeMix.Uniform, maxMessageBytes, MessageNumber.InPayload);

    /// <summary>The writer that a message's tag names.</summary>
    public static int WriterOf(int tag) => tag & ((1 << WriterBits) - 1);

    /// <summary>Which of this writer's lives a message's tag names.</summary>
    public static int LifeOf(int tag) => tag >> WriterBits;

    public static int Run(PeerArguments arguments)
    {
        using Ledger notes = Ledger.Open(arguments.Text("log"));
        using BroadcastRing ring = BroadcastRing.Open(arguments.Ring);
        int id = (int)arguments.Number("id");
        int tag = ((int)arguments.Number("life") << WriterBits) | id;
        bool yields = arguments.Flag("yield");
        PeerSignals.StandBy(arguments);
        using BroadcastWriter writer = Attaching.UntilThereIsARow(ring.AttachWriter);
        PeerSignals.Attached();
        MessagePattern pattern = PatternFor(arguments.Number("seed"), writer.MaxMessageBytes);
        Random random = new((int)notes.Attempted + id);
        while (!notes.IsStopped)
        {
            switch (random.Next(3))
            {
                case 0:
                    notes.Attempted++;
                    writer.Write(MessageOf(pattern, id, notes.Published), tag, Timeout.InfiniteTimeSpan, CancellationToken.None);
                    notes.Published++;
                    break;
                case 1:
                    Claim(writer, notes, pattern, tag, givesUp: random.Next(4) == 0);
                    break;
                default:
                    WriteBatch(writer, notes, pattern, tag, random.Next(1, LongestBatch + 1));
                    break;
            }

            // Where several writers share a processor, readers then see all of them, and not one for a lap at a time.
            if (yields)
                Thread.Yield();
        }

        return PeerSignals.Done(notes.Published);
    }

    public static byte[] MessageOf(MessagePattern pattern, int writer, long number)
    {
        long id = MessageId.Of(writer, number);
        byte[] message = new byte[pattern.LengthOf(id)];
        pattern.Fill(message, id);
        return message;
    }

    private static void Claim(BroadcastWriter writer, Ledger notes, MessagePattern pattern, int tag, bool givesUp)
    {
        byte[] message = MessageOf(pattern, WriterOf(tag), notes.Published);
        SpinWait wait = default;
        Claim claim;
        while (!writer.TryClaim(message.Length, out claim))
            wait.SpinOnce();
        using (claim)
        {
            message.CopyTo(claim.Span);
            if (givesUp)
                return;
            notes.Attempted++;
            claim.Commit(message.Length, tag);
            notes.Published++;
        }
    }

    /// <summary>The first so many are written when it dies inside, so that numbers stay without gaps.</summary>
    private static void WriteBatch(BroadcastWriter writer, Ledger notes, MessagePattern pattern, int tag, int count)
    {
        ReadOnlyMemory<byte>[] messages = [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)MessageOf(pattern, WriterOf(tag), notes.Published + i))];
        notes.Attempted += count;
        SpinWait wait = default;
        for (int written = 0; written < count;)
        {
            int more = writer.TryWriteBatch(messages.AsSpan(written), tag);
            notes.Published += more;
            written += more;
            if (more == 0)
                wait.SpinOnce();
        }
    }
}
