using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <content>What is asked of the specification: deliveries, refusals, and what must hold at the end.</content>
internal sealed unsafe partial class MpmcWorld
{
    private readonly Dictionary<ModelThread, Queue<(byte[] Payload, int Type)>> _pending = [];
    private readonly Dictionary<ModelThread, Queue<MpmcMessage>> _releasedBy = [];
    private readonly Dictionary<ModelThread, Queue<long>> _publishedBy = [];
    private readonly HashSet<ModelThread> _takers = [];
    private readonly List<QueueOperation> _history = [];
    private readonly List<long> _prefilled = [];
    private readonly List<(ModelThread Thread, long BlockedAt)> _stayedFull = [];
    private readonly List<ModelThread> _ranOut = [];
    private HashSet<long>? _committedBeforeCompletion;
    private int _aborted;
    private bool _hasMended;

    /// <summary>A look for the dead that had to put the hole of a dead one off, because a live row is a suspect as well.</summary>
    public bool WasPutOff { get; private set; }

    /// <summary>What this producer publishes next, in order.</summary>
    public void Expect(ModelThread me, byte[] payload, int type) =>
        // Values of one length have no header, and so no type.
        Of(_pending, me).Enqueue((payload, Map.HasRecordHeaders ? type : 0));

    /// <summary>What did not get in is not expected any more.</summary>
    public void ExpectNothing(ModelThread me) => Of(_pending, me).Clear();

    public void Aborted() => _aborted++;

    /// <summary>A consumer whose messages are taken and released in one step: delivered with their release.</summary>
    public void TakesAndReleases(ModelThread me, bool isSo)
    {
        if (isSo)
            _takers.Add(me);
        else
            _takers.Remove(me);
    }

    /// <summary>The values that a consumer has just taken and released, in whatever order.</summary>
    public void CheckTaken(ModelThread me, VectorClock start, ReadOnlySpan<long> values)
    {
        Queue<MpmcMessage> released = Of(_releasedBy, me);
        if (released.Count != values.Length)
            throw new ViolationException($"{me.Name} was handed {values.Length} values and has released {released.Count} messages.");
        int next = 0;
        foreach (MpmcMessage message in released.OrderBy(static message => message.Position))
        {
            CheckPayload(me, message, BitConverter.GetBytes(values[next++]));
            if (message.Deliveries == 1)
                NoteDequeued(me, start, message);
        }

        released.Clear();
    }

    /// <summary>A consumer hands a message that it holds to its program.</summary>
    public void Deliver(ModelThread me, VectorClock start, long position, int granules, int type, byte[] payload, bool isFlagged)
    {
        MpmcMessage message = HeldBy(me, position);
        CheckPayload(me, message, payload);
        if (type != message.Type || granules != message.Granules)
            throw new ViolationException($"{me.Name} was handed message {position} with type {type} and {granules} granules; committed was {message.Type} and {message.Granules}.");
        if (isFlagged && !message.CameBack)
            throw new ViolationException($"Message {position} is flagged, but nobody has died with it or given it back.");
        if (message.Deliveries > 0 && !isFlagged)
            throw new ViolationException($"Message {position} is delivered again to {me.Name} and not flagged.");
        if (message.Deliveries++ == 0)
            NoteDequeued(me, start, message);
    }

    /// <summary>An operation that began there has ended: what it published goes into the history.</summary>
    public void NoteEnqueued(ModelThread me, VectorClock start)
    {
        while (Of(_publishedBy, me).TryDequeue(out long position))
            _history.Add(new QueueOperation(me.Index, start, me.Step, true, position, true));
    }

    /// <summary>
    /// "Full" is an answer only if, wherever the producer position may have stood for this producer, not all of the granules from
    /// there on are free by releases that happen before the attempt.
    /// </summary>
    public void CheckFull(ModelThread me, VectorClock start, int granules)
    {
        for (int i = FirstKnown(_producerPositions, start); i < _producerPositions.Count; i++)
        {
            long position = _producerPositions[i].Position;
            for (long at = position; at < position + granules; at++)
            {
                if (!_freed.TryGetValue(at - Count, out (int Thread, int Step) freed) || freed.Step > start[freed.Thread])
                    return;
            }
        }

        throw new ViolationException($"{me.Name} was told that the ring is full for {granules} granules, though it knows of room.");
    }

    /// <summary>
    /// "Empty" is an answer only if, somewhere where the consumer position may have stood for this consumer, nothing is published by
    /// a store that happens before the attempt, and if no returned message of which it knows is waiting.
    /// </summary>
    public void CheckEmpty(ModelThread me, VectorClock start)
    {
        foreach (MpmcMessage message in _messages.Values)
        {
            if (message.State == MessageState.Returned && message.Announced is { } announced && announced.Step <= start[announced.Thread])
                throw new ViolationException($"{me.Name} was told that the ring is empty, though it knows that message {message.Position} was returned.");
        }

        for (int i = FirstKnown(_consumerPositions, start); i < _consumerPositions.Count; i++)
        {
            if (!_messages.TryGetValue(_consumerPositions[i].Position, out MpmcMessage? message) || message.Step > start[message.Thread])
                return;
        }

        throw new ViolationException($"{me.Name} was told that the ring is empty, though it knows of a message.");
    }

    /// <summary>A consumer was told that nothing more will come.</summary>
    public void Drained(ModelThread me)
    {
        if (_committedBeforeCompletion == null)
            throw new ViolationException($"{me.Name} was told that the ring is drained, but nobody has completed it.");
        foreach (long position in _committedBeforeCompletion)
        {
            MpmcMessage message = _messages[position];
            if (message.State != MessageState.Released && message.Holder != me)
                throw new ViolationException($"{me.Name} was told that the ring is drained, but message {position} {Describe(message)}.");
        }
    }

    public void RefusedAsCompleted(ModelThread me)
    {
        if (_committedBeforeCompletion == null)
            throw new ViolationException($"{me.Name} was refused, but nobody has completed the ring.");
    }

    /// <summary>A consumer looked until nothing could come any more.</summary>
    public void RanOut(ModelThread me) => _ranOut.Add(me);

    /// <summary>A producer waited for room until no room could come any more.</summary>
    public void StayedFull(ModelThread me, long blockedAt) => _stayedFull.Add((me, blockedAt));

    /// <summary>A look for the dead came to nothing: was there something to find?</summary>
    public void NoteLookInVain() =>
        WasPutOff |= _claims.TryGetValue(_consumerPositions[^1].Position, out ModelThread? owner) && IsDead(owner);

    /// <summary>What must hold at the end of every run.</summary>
    public void CheckEnd()
    {
        if (_ranOut.Count > 0)
        {
            foreach (MpmcMessage message in _messages.Values)
            {
                if (message.State != MessageState.Released)
                    throw new ViolationException($"Stalled: {_ranOut[0].Name} finds no more, but granule {message.Position} {Describe(message)}.");
                if (message is { IsMessage: true, Deliveries: 0, IsDropped: false })
                    throw new ViolationException($"Lost: message {message.Position} was committed and released, and never delivered.");
            }

            if (_stayedFull.Count > 0)
                throw new ViolationException($"Stalled: {_stayedFull[0].Thread.Name} finds no room although {_ranOut[0].Name} has emptied the ring.");
            foreach ((long position, ModelThread owner) in _claims)
            {
                if (IsDead(owner))
                    throw new ViolationException($"Stalled: granule {position} is still claimed by {owner.Name}, who is dead, though {_ranOut[0].Name} has looked.");
            }
        }

        foreach ((ModelThread thread, long blockedAt) in _stayedFull)
        {
            if (_messages.TryGetValue(blockedAt, out MpmcMessage? message) && message is { State: MessageState.Taken, Holder: { } holder }
                && IsDead(holder))
                throw new ViolationException($"Stalled: {thread.Name} finds no room behind message {blockedAt}, which {Describe(message)}.");
        }

        if (Execution.Deaths == 0 && !_hasMended && _lost.Count == 0)
            CheckQuietEnd();
    }

    private void CheckQuietEnd()
    {
        if (!Linearizability.Holds(_history, int.MaxValue, spuriousRefusals: true, _prefilled))
            throw new ViolationException($"No order explains the history: {string.Join("; ", _history)}");
        ExpectWord(Map.ProducerPosition, _producerPositions[^1].Position, "producer position");
        ExpectWord(Map.ConsumerPosition, _consumerPositions[^1].Position, "consumer position");
        long written = 0;
        long read = 0;
        long aborted = 0;
        for (int index = 0; index < Map.RowCount; index++)
        {
            written += Execution.Peek(Map.Row(index).MessagesWritten);
            read += Execution.Peek(Map.Row(index).MessagesRead);
            aborted += Execution.Peek(Map.Row(index).ClaimsAborted);
            if (Execution.Peek(Map.Row(index).Marks) != 0)
                throw new ViolationException($"Row {index} still counts marks at the end.");
        }

        Expect(written, _messages.Values.Count(static message => message.IsMessage) - Setting.Prefilled, "count of messages written");
        Expect(read, _messages.Values.Count(static message => message is { IsMessage: true, State: MessageState.Released }), "count of messages read");
        Expect(aborted, _aborted, "count of claims given up");
        ExpectWord(Map.ClaimsRecovered, 0, "count of claims recovered");
        ExpectWord(Map.LeasesRecovered, 0, "count of leases recovered");
    }

    private void Complete(ModelThread me)
    {
        _committedBeforeCompletion = [];
        foreach (MpmcMessage message in _messages.Values)
        {
            if (message.IsMessage && message.Step <= me.Clock[message.Thread])
                _committedBeforeCompletion.Add(message.Position);
        }
    }

    private (byte[] Payload, int Type) NextPending(ModelThread me) => Of(_pending, me).TryDequeue(out (byte[], int) next)
        ? next
        : throw new ViolationException($"{me.Name} published a message that its program did not write.");

    private void NoteReleased(ModelThread me, MpmcMessage message)
    {
        if (!_takers.Contains(me))
            return;
        message.Deliveries++;
        Of(_releasedBy, me).Enqueue(message);
    }

    private void NoteDequeued(ModelThread me, VectorClock start, MpmcMessage message) =>
        _history.Add(new QueueOperation(me.Index, start, me.Step, false, message.Position, true));

    private static void CheckPayload(ModelThread me, MpmcMessage message, byte[] payload)
    {
        if (message.Payload == null || !payload.AsSpan().SequenceEqual(message.Payload))
        {
            throw new ViolationException(
                $"{me.Name} was handed {Convert.ToHexString(payload)} as message {message.Position}; committed was "
                + $"{(message.Payload == null ? "nothing" : Convert.ToHexString(message.Payload))}.");
        }
    }

    /// <summary>The latest position that happens before the start: older ones cannot be read any more.</summary>
    private static int FirstKnown(List<(long Position, int Thread, int Step)> positions, VectorClock start)
    {
        int known = positions.Count - 1;
        while (positions[known].Step > start[positions[known].Thread])
            known--;
        return known;
    }

    private void ExpectWord(long* word, long expected, string what) => Expect(Execution.Peek(word), expected, what);

    private static void Expect(long found, long expected, string what)
    {
        if (found != expected)
            throw new ViolationException($"The {what} is {found} at the end; expected {expected}.");
    }

    private string Describe(MpmcMessage message) => message.State switch
    {
        MessageState.Committed => "is committed and not taken",
        MessageState.Taken => $"is held by {message.Holder!.Name}, who is {(IsDead(message.Holder) ? "dead" : "alive")}",
        MessageState.Returned => "is returned and not taken back",
        _ => "is released",
    };

    private static Queue<T> Of<T>(Dictionary<ModelThread, Queue<T>> queues, ModelThread thread)
    {
        if (!queues.TryGetValue(thread, out Queue<T>? queue))
            queues[thread] = queue = new Queue<T>();
        return queue;
    }
}
