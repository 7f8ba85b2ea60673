namespace RingShm.TestPeer;

/// <summary>The messages of one MPMC producer, and its notes about them.</summary>
internal sealed class MpmcSource
{
    private readonly Ledger _log;
    private readonly Pace _pace;
    private readonly long _producer;
    private readonly long _end;
    private long _next;

    public MpmcSource(PeerArguments arguments, Ledger log, int maxMessageBytes)
    {
        _log = log;
        _producer = arguments.Number("id");
        long seed = arguments.Number("seed");
        Random = new Random((int)((seed * 31) + _producer));
        _pace = new Pace(arguments.Choice<PaceKind>("pace"), Random.Next());
        _end = Math.Min(arguments.Number("count", long.MaxValue), log.Capacity - 64);
        Pattern = new MessagePattern(
            seed, maxMessageBytes == 0 ? SizeMix.Largest : arguments.Choice<SizeMix>("sizes"), maxMessageBytes, MessageNumber.InPayload);
    }

    public MessagePattern Pattern { get; }

    public Random Random { get; }

    /// <summary>False when the parent said stop, or when all messages are out.</summary>
    public bool GoesOn()
    {
        _pace.Step();
        return !_log.IsStopped && _next < _end;
    }

    /// <summary>The number of the next message, or of the first of the next few.</summary>
    public long Next(int count = 1)
    {
        long first = _next;
        _next += count;
        _log.Attempted = _next;
        return MessageId.Of(_producer, first);
    }

    public void Note(long id, MessageFate fate)
    {
        _log.Note(MessageId.SequenceOf(id), (long)fate);
        if (fate == MessageFate.Published)
            _log.Published++;
    }
}
