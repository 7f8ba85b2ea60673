namespace RingShm.TestPeer.Commands;

/// <summary>How a broadcast reader takes its messages.</summary>
internal enum BroadcastRead
{
    /// <summary>One by one, without sleeping.</summary>
    Try,

    /// <summary>One by one, sleeping when there is none.</summary>
    Wait,
    Batch,
}

/// <summary>
/// Reads a broadcast ring until it is drained and checks every byte: <c>broadcast-read ring= log= seed= start= mode=</c>. A message's number is one more
/// than the last of its writer, and nothing is lost. With <c>lossy=</c> and how many writers there are at a time, the numbers left out are those that were lost
/// (<see cref="LossAccount"/>). Rests a little after every <c>rest=</c> messages.
/// </summary>
internal sealed class BroadcastReadCommand
{
    private const int BatchMessages = 32;

    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<int, long> _last = [];
    private readonly Ledger _notes;
    private readonly MessagePattern _pattern;
    private readonly LossAccount? _losses;
    private readonly long _rest;
    private long _position = -1;

    private BroadcastReadCommand(PeerArguments arguments, Ledger notes, int maxMessageBytes)
    {
        _notes = notes;
        _pattern = BroadcastWriteCommand.PatternFor(arguments.Number("seed"), maxMessageBytes);
        int writers = (int)arguments.Number("lossy");
        _losses = writers > 0 ? new LossAccount(writers, notes) : null;
        _rest = arguments.Number("rest", long.MaxValue);
    }

    /// <summary>Where a reader's notes keep the first number of a writer, plus one; its last, plus one, is behind it.</summary>
    public static long NoteOf(int writer) => 2L * writer;

    public static int Run(PeerArguments arguments)
    {
        using Ledger notes = Ledger.Open(arguments.Text("log"));
        using BroadcastRing ring = BroadcastRing.Open(arguments.Ring);
        BroadcastRead mode = arguments.Choice<BroadcastRead>("mode");
        ReaderStart start = arguments.Choice<ReaderStart>("start");
        ReaderResume resume = Enum.Parse<ReaderResume>(arguments.Text("resume", nameof(ReaderResume.Oldest)));
        PeerSignals.StandBy(arguments);
        using BroadcastReader reader = Attaching.UntilThereIsARow(() => ring.AttachReader(start, resume));
        PeerSignals.Attached();
        BroadcastReadCommand command = new(arguments, notes, (int)ring.MaxMessageBytes);
        SpinWait wait = default;
        while (!reader.IsDrained)
        {
            if (command.Take(reader, mode))
                wait.Reset();
            else
                wait.SpinOnce();
        }

        command._losses?.End(reader.MessagesLost - notes.Published);
        return PeerSignals.Done(notes.Progress);
    }

    private bool Take(BroadcastReader reader, BroadcastRead mode)
    {
        if (mode == BroadcastRead.Batch)
            return reader.TryReadBatch(static (in Message each, BroadcastReadCommand command) => command.Check(each), this, BatchMessages) > 0;
        bool isThere = mode == BroadcastRead.Try ? reader.TryRead(out Message message) : reader.Read(out message, s_slice);
        if (!isThere)
            return false;
        using (message)
            Check(message);
        return true;
    }

    private void Check(in Message message)
    {
        long id = _pattern.CheckNumbered(message.Span);
        int writer = MessageId.ProducerOf(id);
        long number = MessageId.SequenceOf(id);
        if (BroadcastWriteCommand.WriterOf(message.Type) != writer)
            throw new MismatchException($"message {MessageId.Describe(id)} has tag {message.Type}");
        if (message.Position <= _position)
            throw new MismatchException($"message {MessageId.Describe(id)} at {message.Position}, after one at {_position}");
        _position = message.Position;
        if (_losses == null)
            ExpectNext(writer, number, message.LostBefore);
        else
            _losses.Saw(writer, BroadcastWriteCommand.LifeOf(message.Type), number, message.LostBefore);
        if (++_notes.Progress % _rest == 0)
            Thread.Sleep(1);
    }

    private void ExpectNext(int writer, long number, long lostBefore)
    {
        if (lostBefore != 0)
            throw new MismatchException($"{lostBefore} messages lost before {writer}:{number}");
        if (!_last.TryGetValue(writer, out long last))
            _notes.Note(NoteOf(writer), number + 1);
        else if (number != last + 1)
            throw new MismatchException($"message {writer}:{number} after {last}");
        _notes.Note(NoteOf(writer) + 1, number + 1);
        _last[writer] = number;
    }
}
