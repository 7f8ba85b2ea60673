using RingShm.Layout;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.State;

namespace RingShm.Tests.Model.Broadcast;

/// <summary>
/// The shipped broadcast cores under a specification: each position is published or given up once; every reader gets what was published
/// from where it began, whole, in order, once, and in a lossy ring the exact number of what it did not get; nobody who lives is swept.
/// </summary>
/// <remarks>The ring has two slots of two words, which say the same, so that a torn copy shows.</remarks>
internal sealed unsafe class BroadcastWorld
{
    public const int LossyFlag = 8;
    public const int EvictsFlag = 16;

    private readonly Execution _execution;
    private readonly ModelOracle _oracle;

    /// <summary>What was published at each position; null for what was given up.</summary>
    private readonly SortedDictionary<long, long?> _published = [];

    /// <summary>What each thread is about to write.</summary>
    private readonly Dictionary<int, long> _intended = [];
    private readonly List<BroadcastParticipant> _participants = [];

    /// <summary>What the words of the retained pairs and their step say.</summary>
    private readonly Dictionary<nint, long> _retained = [];

    public BroadcastWorld(Execution execution, int flags, int prefilled, bool locks)
    {
        _execution = execution;
        _oracle = new ModelOracle(locks);
        new Span<byte>(execution.Region, (int)Geometry(flags).TotalBytes).Clear();
        Map = new BroadcastMap(execution.Region, Geometry(flags));
        execution.JudgesCopies = Map.IsReadByCopy;
        for (int i = 0; i < prefilled; i++)
        {
            *(Twin*)Map.Slots.PayloadAt(i) = new Twin(100 + i);
            *Map.Slots.WordAt(i) = MpmcWord.Full(0, 1);
            _published[i] = 100 + i;
        }

        *Map.WriterPosition = prefilled;
    }

    public BroadcastMap Map { get; }

    public ModelOracle Oracle => _oracle;

    public Execution Execution => _execution;

    public static RingGeometry Geometry(int flags) => RingGeometry.ForBroadcast(64, 0, sizeof(Twin), 3, flags);

    /// <summary>Adds somebody who has a row from the start, or comes by it when it runs.</summary>
    public ModelThread Add(
        string name, int row, ParticipantRole role, Action<BroadcastParticipant> body, bool killable = false, bool comes = false,
        ReaderStart start = ReaderStart.Oldest, ReaderResume resume = ReaderResume.Oldest)
    {
        BroadcastParticipant participant = new(this, row, role, start, resume);
        _participants.Add(participant);
        ModelThread thread = _execution.AddThread(name, me => participant.Run(me, comes, body), killable);
        participant.Thread = thread;
        if (!comes)
        {
            _execution.StartAttached(thread, row, Map.Row(row).Owner, _oracle.HasLocks);
            *Map.Row(row).Role = (long)role;
            _execution.BeforeTheStart(thread, participant.Start);
        }

        return thread;
    }

    /// <summary>Every reader that lives and reads to the end has got all of it.</summary>
    public void Judge()
    {
        foreach (BroadcastParticipant reader in _participants.Where(reader => reader.HasReadAll))
        {
            if (_published.Any(message => message.Value != null && message.Key >= reader.Next))
                throw new ViolationException($"Stalled: {reader.Thread.Name} finds no more at {reader.Next}, but more was published.");
        }
    }

    public void Intend(ModelThread thread, long value) => _intended[thread.Index] = value;

    /// <summary>A reader was handed a message at a position, and so many messages were lost since the one before.</summary>
    public void Delivered(BroadcastParticipant reader, long position, Twin value, long lost)
    {
        if (!_published.TryGetValue(position, out long? expected) || expected == null)
            throw new ViolationException($"{reader.Thread.Name} was handed {value} at {position}, where nothing was published.");
        if (value != new Twin(expected.Value))
            throw new ViolationException($"{reader.Thread.Name} was handed {value} at {position}; {expected} was published.");
        int missed = _published.Count(message => message.Value != null && message.Key >= reader.Next && message.Key < position);
        if (position < reader.Next || missed != lost)
            throw new ViolationException($"{reader.Thread.Name} comes from {reader.Next} to {position}, missed {missed} and was told {lost}.");
        reader.Next = position + 1;
    }

    public void Observe(ModelThread thread, StoreNote note)
    {
        if (note.Edge is Edge.M6 or Edge.M18)
        {
            // The words lie in the slots; what is next to none of them is another word.
            long position = PositionOf(note);
            bool isMessage = MpmcWord.StateOf(note.Value) == SlotState.Full;
            if (!_published.TryAdd(position, isMessage ? _intended[thread.Index] : null))
                throw new ViolationException($"{thread.Name} publishes or gives up position {position}, which was already.");
            if (note.Edge == Edge.M18)
                CheckHasDied(thread, position);
        }
        else if (note.Edge is Edge.B2 or Edge.B3)
        {
            CheckGrows(thread, note);
        }
        else if (note.Edge is Edge.B6 or Edge.P2)
        {
            CheckIsNobodysButOurs(thread, note.Address);
        }
    }

    /// <summary>What is retained is decided once for each step, and never goes back.</summary>
    private void CheckGrows(ModelThread thread, StoreNote note)
    {
        // Between two steps there may be claims that were given up, and no message.
        bool mayStay = note.Address == (nint)Map.RetainedMessages(0) || note.Address == (nint)Map.RetainedMessages(1);
        long before = _retained.GetValueOrDefault(note.Address);
        if (note.Value < before || (note.Value == before && !mayStay))
            throw new ViolationException($"{thread.Name} moves what is retained from {before} to {note.Value} at {note.Edge}.");
        _retained[note.Address] = note.Value;
    }

    /// <summary>The words are in the slots; a position is the index and the lap of the word.</summary>
    private long PositionOf(StoreNote note)
    {
        for (int index = 0; index < Map.Slots.GranuleCount; index++)
        {
            if ((nint)Map.Slots.WordAt(index) == note.Address)
                return (MpmcWord.LapOf(note.Value) * Map.Slots.GranuleCount) + index;
        }

        throw new ViolationException($"{note.Edge} stores outside of the words.");
    }

    private void CheckHasDied(ModelThread thread, long position)
    {
        if (!_participants.Any(other => other.Thread.Status is ThreadStatus.Dead or ThreadStatus.Finished))
            throw new ViolationException($"{thread.Name} gives up position {position}, and nobody has ended.");
    }

    private void CheckIsNobodysButOurs(ModelThread thread, nint address)
    {
        foreach (BroadcastParticipant other in _participants)
        {
            bool isIts = address == (nint)Map.Row(other.Row).Cursor || address == (nint)Map.Row(other.Row).Owner;
            if (isIts && other.Thread != thread && other.HasRow && other.Thread.Status is not (ThreadStatus.Dead or ThreadStatus.Finished))
                throw new ViolationException($"{thread.Name} robs {other.Thread.Name}, who is alive, of its row.");
        }
    }
}
