using RingShm.Layout;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>
/// The sequential specification of one MPMC ring in one run. It hears of every store as it takes effect and follows who holds
/// what: each granule from claim (M3) to publication (M6), each message from there to its release (M13), and whatever survivors
/// do to either (M18).
/// </summary>
/// <remarks>
/// All that it holds is a function of what the threads have read and written, never of the interleaving alone; otherwise
/// stopping at known states would skip schedules that differ. MpmcWorld.Judge.cs holds what is asked of it.
/// </remarks>
internal sealed unsafe partial class MpmcWorld
{
    private readonly SortedDictionary<long, ModelThread> _claims = [];
    private readonly SortedDictionary<long, MpmcMessage> _messages = [];
    private readonly List<(long Position, int Thread, int Step)> _producerPositions = [];
    private readonly List<(long Position, int Thread, int Step)> _consumerPositions = [];
    private readonly Dictionary<long, (int Thread, int Step)> _freed = [];

    private readonly Dictionary<nint, int> _rowOfOwnerWord = [];
    private readonly byte* _words;
    private readonly long _wordStride;

    public MpmcWorld(Execution execution, MpmcSetting setting)
    {
        Execution = execution;
        Setting = setting;
        Map = new MpmcMap(execution.Region, setting.Geometry);
        setting.WriteInitialImage(Map);
        _words = (byte*)Map.WordAt(0);
        _wordStride = (byte*)Map.WordAt(1) - _words;
        _owners = new ModelThread?[Map.RowCount];
        _isAbandoned = new bool[Map.RowCount];
        _answersFor = [.. Enumerable.Range(0, Map.RowCount).Select(static _ => new List<ModelThread>())];
        _producerPositions.Add((setting.FirstFreePosition, 0, 0));
        _consumerPositions.Add((setting.StartPosition, 0, 0));
        for (long position = setting.StartPosition; position < setting.StartPosition + Map.GranuleCount; position++)
            _freed[position - Map.GranuleCount] = (0, 0);
        for (int i = 0; i < setting.Prefilled; i++)
        {
            (byte[] payload, int type) = setting.PrefilledMessage(i);
            long position = setting.StartPosition + (i * setting.PrefilledGranules);
            Settle(new MpmcMessage(position, setting.PrefilledGranules, payload, Map.HasRecordHeaders ? type : 0, 0, 0));
            _prefilled.Add(position);
        }

        if (setting.IsCompleted)
            _committedBeforeCompletion = [.. _prefilled];
        DeclarePrivateWords();
    }

    public Execution Execution { get; }

    public MpmcSetting Setting { get; }

    public MpmcMap Map { get; }

    /// <summary>The ring's doorbells, where participants sleep on them; elsewhere they wait for words to change.</summary>
    public MpmcBells? Bells { get; init; }

    public long Count => Map.GranuleCount;

    /// <summary>Rows that nobody ever takes are never stored, so looking at them is nobody's turn.</summary>
    public void DeclareUnused(IReadOnlySet<int> used)
    {
        for (int row = 0; row < Map.RowCount; row++)
        {
            if (!used.Contains(row))
                Execution.DeclarePrivate(Map.Row(row).Owner);
        }
    }

    /// <summary>Everything that a participant or a survivor stores comes by here, right after it has taken effect.</summary>
    public void Observe(ModelThread me, StoreNote note)
    {
        switch (note.Edge)
        {
            case Edge.M3:
                Claim(me, note.Value);
                break;
            case Edge.M6:
                Publish(me, PositionOf(note), note);
                break;
            case Edge.M7:
                CheckMark(me, PositionOf(note), note);
                break;
            case Edge.M10:
                Take(me, note.Value);
                break;
            case Edge.M12:
            case Edge.M13:
                Release(me, PositionOf(note) - Count, note);
                break;
            case Edge.M14:
                TakeReturned(me, PositionOf(note));
                break;
            case Edge.M18:
                Mend(me, note);
                break;
            case Edge.M19:
                Announce(me);
                break;
            case Edge.M22:
                Return(me, PositionOf(note), note);
                break;
            case Edge.P2:
                ChangeOwner(me, note);
                break;
            case Edge.P3:
                LeaveRow(me, note);
                break;
            case Edge.S12:
                Complete(me);
                break;
        }
    }

    private void Claim(ModelThread me, long end)
    {
        long start = _producerPositions[^1].Position;
        if (end <= start || end > start + Count)
            throw new ViolationException($"{me.Name} moved the producer position from {start} to {end}.");
        for (long position = start; position < end; position++)
        {
            long word = Execution.Peek(Map.WordAt(position));
            if (word != MpmcWord.Free(Map.LapOf(position)))
                throw new ViolationException($"{me.Name} claimed granule {position}, whose word is 0x{word:X}.");
            _claims[position] = me;
        }

        _producerPositions.Add((end, me.Index, me.Step));
    }

    private void Publish(ModelThread me, long position, in StoreNote note)
    {
        int granules = MpmcWord.GranulesOf(note.Value);
        CheckMine(me, position, granules);
        ExpectOneOf(
            me, note, MpmcWord.Free(Map.LapOf(position)), MpmcWord.Writing(Map.LapOf(position), granules, RowOf(me)));
        bool isSkip = MpmcWord.StateOf(note.Value) == SlotState.Skip;
        (byte[] Payload, int Type) expected = isSkip ? default : NextPending(me);
        if (!isSkip)
            Of(_publishedBy, me).Enqueue(position);
        Settle(new MpmcMessage(position, granules, isSkip ? null : expected.Payload, expected.Type, me.Index, me.Step));
    }

    private void CheckMark(ModelThread me, long position, in StoreNote note)
    {
        uint lap = Map.LapOf(position);
        int granules = MpmcWord.GranulesOf(note.Value);
        if (MpmcWord.StateOf(note.Value) == SlotState.Writing)
        {
            CheckMine(me, position, granules);
            ExpectOneOf(me, note, MpmcWord.Free(lap));
            return;
        }

        HeldBy(me, position);
        ExpectOneOf(me, note, MpmcWord.Full(lap, granules));
    }

    private void Take(ModelThread me, long end)
    {
        long start = _consumerPositions[^1].Position;
        if (end <= start)
            throw new ViolationException($"{me.Name} moved the consumer position from {start} to {end}.");
        for (long position = start; position < end;)
        {
            if (!_messages.TryGetValue(position, out MpmcMessage? message) || message.State != MessageState.Committed || message.End > end)
                throw new ViolationException($"{me.Name} moved the consumer position from {start} to {end}, but nothing that ends there is committed at {position}.");
            message.State = MessageState.Taken;
            message.Holder = me;
            position = message.End;
        }

        _consumerPositions.Add((end, me.Index, me.Step));
    }

    private void TakeReturned(ModelThread me, long position)
    {
        if (!_messages.TryGetValue(position, out MpmcMessage? message) || message.State != MessageState.Returned)
            throw new ViolationException($"{me.Name} took message {position} back, which nobody has returned.");
        message.State = MessageState.Taken;
        message.Holder = me;
    }

    private void Release(ModelThread me, long position, in StoreNote note)
    {
        MpmcMessage message = Around(position);
        if (message.State != MessageState.Taken || message.Holder != me)
            throw new ViolationException($"{me.Name} releases granule {position}, which {Describe(message)}.");
        uint lap = Map.LapOf(position);
        if (position != message.Position)
        {
            // A predecessor may have died between the words.
            ExpectOneOf(me, note, MpmcWord.Free(lap), message.CameBack ? MpmcWord.Free(lap + 1) : MpmcWord.Free(lap));
            _freed[position] = (me.Index, me.Step);
            return;
        }

        if (message.IsMessage)
            ExpectOneOf(me, note, MpmcWord.Full(lap, message.Granules), MpmcWord.Reading(lap, message.Granules, RowOf(me)));
        else
            ExpectOneOf(me, note, MpmcWord.Skip(lap, message.Granules));
        Free(me, message);
        if (message.IsMessage)
            NoteReleased(me, message);
    }

    private void Return(ModelThread me, long position, in StoreNote note)
    {
        MpmcMessage message = HeldBy(me, position);
        uint lap = Map.LapOf(position);
        ExpectOneOf(me, note, MpmcWord.Full(lap, message.Granules), MpmcWord.Reading(lap, message.Granules, RowOf(me)));
        ComeBack(me, message);
    }

    /// <summary>A survivor changed a word. Whoever held it must be dead.</summary>
    private void Mend(ModelThread me, in StoreNote note)
    {
        long position = PositionOf(note);
        _hasMended = true;
        switch (MpmcWord.StateOf(note.Value))
        {
            case SlotState.Skip:
                int granules = MpmcWord.GranulesOf(note.Value);
                for (long at = position; at < position + granules; at++)
                {
                    if (!_claims.TryGetValue(at, out ModelThread? owner))
                        throw new ViolationException($"{me.Name} gives granule {at} up, which nobody has claimed.");
                    ExpectDead(me, owner, $"claim {at}");
                }

                Settle(new MpmcMessage(position, granules, null, 0, me.Index, me.Step));
                break;
            case SlotState.Returned:
                MpmcMessage returned = Around(position);
                ExpectDeadHolder(me, returned);
                if (Setting.Geometry.DropsWhatTheDeadHeld)
                    throw new ViolationException($"{me.Name} returns message {position}, but the ring drops what the dead held.");
                ComeBack(me, returned);
                break;
            case SlotState.Free:
                MpmcMessage message = Around(position - Count);
                ExpectDeadHolder(me, message);
                if (position - Count != message.Position)
                {
                    _freed[position - Count] = (me.Index, me.Step);
                    break;
                }

                if (message.IsMessage && !Setting.Geometry.DropsWhatTheDeadHeld)
                    throw new ViolationException($"{me.Name} drops message {message.Position}, but the ring delivers again what the dead held.");
                message.IsDropped = message.IsMessage;
                Free(me, message);
                break;
            default:
                throw new ViolationException($"{me.Name} mends granule {position} to 0x{note.Value:X}.");
        }
    }

    private void ComeBack(ModelThread me, MpmcMessage message)
    {
        message.State = MessageState.Returned;
        message.Holder = me;
        message.CameBack = true;
        message.Announced = null;
    }

    private void Announce(ModelThread me)
    {
        foreach (MpmcMessage message in _messages.Values)
        {
            if (message.State == MessageState.Returned && message.Holder == me && message.Announced == null)
                message.Announced = (me.Index, me.Step);
        }
    }

    private void Settle(MpmcMessage message)
    {
        for (long position = message.Position; position < message.End; position++)
            _claims.Remove(position);
        if (!_messages.TryAdd(message.Position, message))
            throw new ViolationException($"Granule {message.Position} is published twice.");
    }

    private void Free(ModelThread me, MpmcMessage message)
    {
        message.State = MessageState.Released;
        message.Holder = null;
        _freed[message.Position] = (me.Index, me.Step);
        for (long position = message.Position; position < message.End; position++)
        {
            long word = Execution.Peek(Map.WordAt(position));
            if (word != MpmcWord.Free(Map.LapOf(position) + 1))
                throw new ViolationException($"{me.Name} released message {message.Position}, but the word of its granule {position} is 0x{word:X}.");
        }
    }

    private void DeclarePrivateWords()
    {
        for (int index = 0; index < Map.RowCount; index++)
        {
            MpmcRow row = Map.Row(index);
            _rowOfOwnerWord[(nint)row.Owner] = index;
            *row.Owner = RowLayout.FreeOwner;
            // Counters: only the row's owner, one after the other, touches them.
            Execution.DeclarePrivate(row.MessagesWritten);
            Execution.DeclarePrivate(row.MessagesRead);
            Execution.DeclarePrivate(row.ClaimsAborted);
            Execution.DeclarePrivate(row.MessagesRedelivered);
            if (!Setting.HasNewcomers)
                Execution.DeclarePrivate(row.Role);
            if (!Setting.LooksAtRows)
            {
                // Nobody looks at another's row.
                Execution.DeclarePrivate(row.Owner);
                Execution.DeclarePrivate(row.IntervalStart);
                Execution.DeclarePrivate(row.IntervalEnd);
                Execution.DeclarePrivate(row.Marks);
            }
        }

        if (!Setting.AsksForTheEnd || Setting.IsCompleted)
            Execution.DeclarePrivate(Map.Completed);
        if (!Setting.LooksForTheDead && !Setting.HasReturns)
            Execution.DeclarePrivate(Map.Attention);
    }

    private long PositionOf(in StoreNote note)
    {
        long index = ((byte*)note.Address - _words) / _wordStride;
        return ((long)MpmcWord.LapOf(note.Value) * Count) + index;
    }
}
