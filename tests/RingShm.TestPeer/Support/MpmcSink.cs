namespace RingShm.TestPeer;

/// <summary>One MPMC consumer's checks and its log: for every delivery the message's position, then its name with the flag.</summary>
internal sealed class MpmcSink
{
    /// <summary>A typed read does not say where its value lay.</summary>
    public const long NoPosition = -1;

    private readonly Ledger _ledger;
    private readonly MessagePattern _pattern;
    private readonly Pace _pace;

    public MpmcSink(PeerArguments arguments, Ledger ledger, int maxMessageBytes)
    {
        _ledger = ledger;
        long seed = arguments.Number("seed");
        Random = new Random((int)((seed * 31) + arguments.Number("id")));
        _pace = new Pace(arguments.Choice<PaceKind>("pace"), Random.Next());
        _pattern = new MessagePattern(
            seed, maxMessageBytes == 0 ? SizeMix.Largest : arguments.Choice<SizeMix>("sizes"), maxMessageBytes, MessageNumber.InPayload);
    }

    public Random Random { get; }

    /// <summary>Takes messages until the ring is drained, or until the log is nearly full.</summary>
    /// <param name="take">Takes and logs some; returns how many.</param>
    /// <param name="isDrained">Whether nothing more will come.</param>
    public int Run(Func<int> take, Func<bool> isDrained)
    {
        const int Spare = 256;
        SpinWait wait = default;
        while (_ledger.Delivered < _ledger.Capacity - Spare)
        {
            // Says that this consumer is not stuck, also when the others leave it nothing.
            _ledger.Progress++;
            if (take() > 0)
            {
                wait.Reset();
                _pace.Step();
            }
            else if (isDrained())
            {
                break;
            }
            else
            {
                wait.SpinOnce();
            }
        }

        return PeerSignals.Done(_ledger.Delivered / 2);
    }

    public void Log(in Message message)
    {
        long id = _pattern.CheckNumbered(message.Span);
        if (message.Type != MessageId.TypeOf(id))
            throw new MismatchException($"message {MessageId.Describe(id)} has tag {message.Type}");
        _ledger.Log(message.Position, redelivered: false);
        _ledger.Log(id, message.Redelivered);
    }

    public void Log(in Value40 value)
    {
        long id = _pattern.CheckValue(value);
        _ledger.Log(NoPosition, redelivered: false);
        _ledger.Log(id, redelivered: false);
    }

    /// <summary>A lease that is still open; one that was refused has no bytes.</summary>
    public void CheckAgain(in Message message)
    {
        if (!message.Span.IsEmpty)
            _pattern.CheckNumbered(message.Span);
    }
}
