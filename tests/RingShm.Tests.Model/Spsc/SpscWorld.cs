using RingShm.Layout;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Spsc;

/// <summary>A message whose header has been released (S3): the point of no return.</summary>
internal readonly record struct CommittedMessage(byte[] Payload, int Type, long Position, int Thread, int Step)
{
    public long End => Position + RecordLayout.SizeOf(Payload.Length);
}

/// <summary>
/// The sequential specification of one SPSC ring in one run, fed by commit points as they take effect: what was committed,
/// delivered and released, in what order, and who owns which role.
/// </summary>
/// <remarks>
/// All that it holds is a function of what the threads have read and written, never of the interleaving alone; otherwise
/// stopping at known states would skip schedules that differ.
/// </remarks>
internal sealed unsafe class SpscWorld
{
    private readonly ModelThread?[] _owners = new ModelThread?[SpscLayout.RowCount];
    private readonly List<(long Position, int Thread, int Step)> _releases = [];
    private readonly bool[] _left = new bool[SpscLayout.RowCount];
    private readonly bool[] _detached = new bool[SpscLayout.RowCount];

    public SpscWorld(Execution execution, SpscSetting setting)
    {
        Execution = execution;
        Setting = setting;
        Map = new SpscMap(execution.Region, setting.Geometry);
        Rows = execution.Region + setting.Geometry.RowsOffset;
        setting.WriteInitialImage(Map);
        for (int row = 0; row < SpscLayout.RowCount; row++)
            *OwnerWord(row) = RowLayout.FreeOwner;
        // Words that a role's owner keeps for itself and its successors, and one that is never stored unless a program says so.
        execution.DeclarePrivate(Map.ProducerMessages);
        execution.DeclarePrivate(Map.ProducerAborted);
        execution.DeclarePrivate(Map.ProducerTakeovers);
        execution.DeclarePrivate(Map.ConsumerMessages);
        execution.DeclarePrivate(Map.ConsumerRedelivered);
        execution.DeclarePrivate(Map.ConsumerTakeovers);
        execution.DeclarePrivate(Map.RedeliverBelow);
        execution.DeclarePrivate(Map.DeliveredThrough);
        if (!setting.AsksForTheEnd)
            execution.DeclarePrivate(Map.Completed);
    }

    public Execution Execution { get; }

    public SpscSetting Setting { get; }

    public SpscMap Map { get; }

    public byte* Rows { get; }

    public List<CommittedMessage> Committed { get; } = [];

    /// <summary>How many messages have been handed out at least once.</summary>
    public int Delivered { get; private set; }

    /// <summary>How many messages have been handed back (S6).</summary>
    public int Released { get; private set; }

    public int Aborted { get; set; }

    public bool ConsumerDied { get; private set; }

    /// <summary>A consumer looked until nothing could come any more.</summary>
    public bool ConsumerRanOut { get; set; }

    /// <summary>A producer waited for room until no room could come any more.</summary>
    public bool ProducerStayedFull { get; set; }

    /// <summary>Messages that happen before completion; -1 before.</summary>
    public int CommittedBeforeCompletion { get; private set; } = -1;

    public void Add(Participant participant) => Execution.AddThread(
        participant.Name, thread => participant.Body(this, thread, participant.Entry), participant.IsKillable);

    /// <summary>Gives the roles that are held from the start, and keeps those who wait for one from starting early.</summary>
    public void Seat(IReadOnlyList<Participant> participants)
    {
        ModelThread?[] last = new ModelThread?[SpscLayout.RowCount];
        for (int i = 0; i < participants.Count; i++)
        {
            ModelThread thread = Execution.Threads[i];
            Participant participant = participants[i];
            if (participant.Entry == Entry.Attached)
            {
                Execution.StartAttached(thread, participant.Row, OwnerWord(participant.Row), Setting.HasLocks);
                _owners[participant.Row] = thread;
            }
            else if (participant.Entry == Entry.Contends)
            {
                Execution.StartsWhenRowChanges(thread, participant.Row, OwnerWord(participant.Row), Setting.HasLocks);
            }
            else if (participant.Entry == Entry.Succeeds)
            {
                Execution.StartsWhenEnded(thread, last[participant.Row]!);
            }

            if (participant.Row >= 0)
                last[participant.Row] = thread;
        }
    }

    public long* OwnerWord(int row) => (long*)(Rows + (row * RowLayout.StrideBytes) + RowLayout.OwnerOffset);

    /// <summary>A thread believes to own a row. Nobody alive may own it already.</summary>
    public void TakeRole(ModelThread thread, int row)
    {
        if (_owners[row] is { } owner && owner != thread && !_left[row]
            && owner.Status is not (ThreadStatus.Dead or ThreadStatus.Finished))
            throw new ViolationException($"{thread.Name} took row {row} while {owner.Name}, who is alive, owns it.");
        // Whoever did not finish detaching died, or lost its handle: what it was handed may be delivered again, flagged.
        if (row == SpscLayout.ConsumerRow && _owners[row] != null && !_detached[row])
            ConsumerDied = true;
        _detached[row] = _left[row] = false;
        _owners[row] = thread;
    }

    /// <summary>A participant has detached in full.</summary>
    public void Detached(int row) => _detached[row] = true;

    public void LeaveRole(ModelThread thread, int row)
    {
        if (_owners[row] != thread)
            throw new ViolationException($"{thread.Name} frees row {row}, which {_owners[row]?.Name ?? "nobody"} owns.");
        _left[row] = true;
    }

    public void Commit(ModelThread thread, byte[] payload, int type)
    {
        long position = Committed.Count > 0 ? Committed[^1].End : Setting.StartPosition;
        Committed.Add(new CommittedMessage(payload, type, position, thread.Index, thread.Step));
    }

    /// <summary>A consumer hands out the message with this number.</summary>
    public void Deliver(ModelThread thread, int index, long position, int type, ReadOnlySpan<byte> payload, bool flagged)
    {
        if (index >= Committed.Count)
            throw new ViolationException($"{thread.Name} was handed message {index} at {position}, but only {Committed.Count} are committed.");
        CommittedMessage expected = Committed[index];
        if (position != expected.Position || type != expected.Type || !payload.SequenceEqual(expected.Payload))
        {
            throw new ViolationException(
                $"{thread.Name} was handed message {index} at {position} with type {type} and {payload.Length} bytes "
                + $"({Convert.ToHexString(payload)}); committed was type {expected.Type} at {expected.Position} with "
                + $"{expected.Payload.Length} bytes ({Convert.ToHexString(expected.Payload)}).");
        }

        if (index < Delivered && !flagged)
            throw new ViolationException($"Message {index} is delivered again to {thread.Name} and not flagged.");
        if (flagged && index >= Delivered && !ConsumerDied)
            throw new ViolationException($"Message {index} is flagged as delivered again, but no consumer has died.");
        Delivered = Math.Max(Delivered, index + 1);
    }

    /// <summary>The consumer position was stored.</summary>
    public void Release(ModelThread thread, long position)
    {
        int released = position == Setting.StartPosition ? 0 : Committed.FindIndex(message => message.End == position) + 1;
        if (released <= 0 && position != Setting.StartPosition)
            throw new ViolationException($"The consumer position {position} is not the end of a committed message.");
        if (released < Released)
            throw new ViolationException($"The consumer position went back to {position}.");
        Released = released;
        _releases.Add((position, thread.Index, thread.Step));
    }

    /// <summary>"Full" is an answer only if no release that happens before the attempt has made room.</summary>
    public void CheckFull(ModelThread thread, VectorClock start, int lengthBytes)
    {
        long known = Setting.StartPosition;
        foreach ((long position, int releaser, int step) in _releases)
            known = step <= start[releaser] ? Math.Max(known, position) : known;
        long end = (Committed.Count > 0 ? Committed[^1].End : Setting.StartPosition) + RecordLayout.SizeOf(lengthBytes);
        if (end <= known + Setting.CapacityBytes - RecordLayout.HeaderBytes)
            throw new ViolationException($"{thread.Name} was told that the ring is full for {lengthBytes} bytes, with {known} known to be released.");
    }

    /// <summary>"Empty" is an answer only if the next message's commit does not happen before the attempt.</summary>
    public void CheckEmpty(ModelThread thread, VectorClock start, int next)
    {
        if (next < Committed.Count && Committed[next].Step <= start[Committed[next].Thread])
            throw new ViolationException($"{thread.Name} was told that the ring is empty, though it knows of message {next}.");
    }

    /// <summary>What was taken and released in one step counts as delivered, whether or not the taker lived to see it.</summary>
    public void DeliverReleased() => Delivered = Math.Max(Delivered, Released);

    public void Complete(ModelThread thread)
    {
        CommittedBeforeCompletion = 0;
        foreach (CommittedMessage message in Committed)
            CommittedBeforeCompletion += message.Step <= thread.Clock[message.Thread] ? 1 : 0;
    }

    /// <summary>A producer was refused because the ring is completed.</summary>
    public void RefusedAsCompleted(ModelThread thread)
    {
        if (CommittedBeforeCompletion < 0)
            throw new ViolationException($"{thread.Name} was refused, but nobody has completed the ring.");
    }

    /// <summary>A consumer was told that nothing more will come.</summary>
    public void Drained(ModelThread thread, int next)
    {
        if (next < CommittedBeforeCompletion)
        {
            throw new ViolationException(
                $"{thread.Name} was told that the ring is drained after {next} messages; {CommittedBeforeCompletion} were committed before completion.");
        }
    }

    /// <summary>What must hold at the end of every run.</summary>
    public void CheckEnd()
    {
        if (ConsumerRanOut && (Delivered < Committed.Count || Released < Committed.Count))
        {
            throw new ViolationException(
                $"Lost: {Committed.Count} messages were committed, {Delivered} delivered, {Released} released, and a live consumer found no more.");
        }

        if (ConsumerRanOut && ProducerStayedFull)
            throw new ViolationException("Stalled: a producer finds no room although a live consumer has emptied the ring.");
        if (Execution.Deaths == 0 && Setting.ChecksCounters)
        {
            ExpectWord(Map.ProducerPosition, Committed.Count > 0 ? Committed[^1].End : Setting.StartPosition, "producer position");
            ExpectWord(Map.ProducerMessages, Committed.Count, "producer's message counter");
            ExpectWord(Map.ConsumerMessages, Released, "consumer's message counter");
            ExpectWord(Map.ProducerAborted, Aborted, "abort counter");
        }
    }

    private void ExpectWord(long* word, long expected, string what)
    {
        long found = Execution.Peek(word);
        if (found != expected)
            throw new ViolationException($"The {what} is {found} at the end; expected {expected}.");
    }
}
