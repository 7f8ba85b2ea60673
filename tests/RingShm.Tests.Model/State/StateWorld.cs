using RingShm.Layout;
using RingShm.Memory;
using RingShm.State;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.State;

/// <summary>A value of two words that say the same, so that a torn copy shows.</summary>
internal readonly record struct Twin(long First, long Second)
{
    public Twin(long value)
        : this(value, value)
    {
    }
}

/// <summary>
/// The shipped state cell under a specification: each version has one value; what is read is a value whole, with its version, and no
/// older than what the reader knew; nobody writes a buffer that is current or pinned.
/// </summary>
/// <remarks>
/// A cell of three rows has five buffers. Two of them are taken out of the game, as if dead participants had them, so that a buffer is
/// written again after two writes. The cell starts with version 1 in buffer 0.
/// </remarks>
internal sealed unsafe class StateWorld
{
    public const long FirstValue = 1000;
    private const int Nobody = 200;

    private readonly Execution _execution;
    private readonly StateMap _map;
    private readonly ModelOracle _oracle;
    private readonly Dictionary<long, long> _values = new() { [1] = FirstValue };

    /// <summary>What each thread is about to publish.</summary>
    private readonly Dictionary<int, long> _intended = [];
    private readonly bool _killsAnybody;

    public StateWorld(Execution execution, bool locks, int kills, params ReadOnlySpan<int> unusable)
    {
        _execution = execution;
        _killsAnybody = kills > 0;
        _oracle = new ModelOracle(locks);
        new Span<byte>(execution.Region, (int)Geometry.TotalBytes).Clear();
        _map = new StateMap(execution.Region, Geometry);
        foreach (int buffer in unusable)
            *_map.OwnerOf(buffer) = Nobody;
        StateBuffer first = _map.Buffer(0);
        *first.Version = 1;
        *first.Length = sizeof(Twin);
        *(Twin*)first.Payload = new Twin(FirstValue);
        *_map.Current = StateWord.Current(1, 0);
    }

    /// <summary>Three rows: two for participants, and one that the first of them leaves free for the search by index.</summary>
    public static RingGeometry Geometry { get; } = RingGeometry.ForState(0, sizeof(Twin), 1, 0);

    /// <summary>Adds somebody who owns a row from the start.</summary>
    public ModelThread Add(string name, int row, Action<StateParticipant> body, bool killable = false)
    {
        ModelThread thread = _execution.AddThread(name, me => body(Start(me, row)), killable);
        _execution.StartAttached(thread, row, _map.Row(row).Owner, _oracle.HasLocks);
        return thread;
    }

    /// <summary>Adds somebody who tries to take a row, at any time or as soon as its owner has ended.</summary>
    public void AddSuccessor(string name, int row, ModelThread predecessor, Action<StateParticipant> body, bool waits = true)
    {
        ModelThread thread = _execution.AddThread(name, me =>
        {
            while (true)
            {
                me.ClearPolls();
                if (StateEntry<ModelMemory>.TryEnter(_map, _oracle, row, ParticipantRole.Producer, Execution.OwnerWord(me), out _))
                    break;
                if (!me.Await())
                    throw new ViolationException($"{me.Name} waits for ever for row {row}.");
            }

            if (predecessor.Status is not (ThreadStatus.Finished or ThreadStatus.Dead))
                throw new ViolationException($"{me.Name} took row {row} from {predecessor.Name}, who is alive.");
            CheckRowIsClean(row);
            body(Start(me, row));
        });
        if (waits)
            _execution.StartsWhenEnded(thread, predecessor);
    }

    /// <summary>Without deaths nothing is left claimed or pinned; the current value is the one that was published last.</summary>
    public void Judge()
    {
        long current = _execution.Peek(_map.Current);
        StateBuffer buffer = _map.Buffer(StateWord.BufferOf(current));
        long version = StateWord.VersionOf(current);
        if (version != _values.Count)
            throw new ViolationException($"{_values.Count} versions were published; the cell says {version}.");
        if (_execution.Peek(buffer.Version) != version || _execution.Peek((long*)buffer.Payload) != _values[version])
            throw new ViolationException($"The buffer of version {version} holds something else.");
        if (_killsAnybody && _execution.Deaths > 0)
            return;
        for (int row = 0; row < _map.RowCount; row++)
            CheckRowIsClean(row);
    }

    internal void Intend(ModelThread thread, long value) => _intended[thread.Index] = value;

    internal void CheckRead(ModelThread thread, in StateRead read, Twin value, ref long known)
    {
        if (!_values.TryGetValue(read.Version, out long expected))
            throw new ViolationException($"{thread.Name} has read version {read.Version}, which nobody has published.");
        if (value != new Twin(expected))
            throw new ViolationException($"{thread.Name} has read {value} as version {read.Version}; it is {expected}.");
        if (read.Version < known)
            throw new ViolationException($"{thread.Name} has read version {read.Version} after it knew {known}.");
        known = read.Version;
    }

    private StateParticipant Start(ModelThread me, int row)
    {
        me.OnStore = note => Observe(me, row, note);
        return new StateParticipant(this, me, _map, _map.Row(row));
    }

    /// <summary>The specification hears of each store as it takes effect.</summary>
    private void Observe(ModelThread thread, int row, in StoreNote note)
    {
        if (note.Edge == Edge.V18)
        {
            long version = StateWord.VersionOf(note.Value);
            if (version != StateWord.VersionOf(note.Before) + 1)
                throw new ViolationException($"{thread.Name} publishes version {version} over {StateWord.VersionOf(note.Before)}.");
            if (!_values.TryAdd(version, _intended[thread.Index]))
                throw new ViolationException($"{thread.Name} publishes version {version}, which was published already.");
        }
        else if (note.Edge is Edge.V14 or Edge.V16)
        {
            CheckNobodyReads(thread, row, note.Address);
        }
    }

    /// <summary>Invariant C1, on the latest values; and C2: the writer has claimed what it writes.</summary>
    private void CheckNobodyReads(ModelThread thread, int row, nint address)
    {
        int buffer = (int)((address - (nint)_map.Buffer(0).Version) / Geometry.GranuleBytes);
        if (StateWord.BufferOf(_execution.Peek(_map.Current)) == buffer)
            throw new ViolationException($"{thread.Name} writes buffer {buffer}, which is current.");
        for (int other = 0; other < _map.RowCount; other++)
        {
            long pin = _execution.Peek(_map.Row(other).Pin);
            if (StateWord.StateOf(pin) == PinState.Pinned && StateWord.PinnedBufferOf(pin) == buffer)
                throw new ViolationException($"{thread.Name} writes buffer {buffer}, which row {other} has pinned.");
        }

        if (_execution.Peek(_map.OwnerOf(buffer)) != row + 1)
            throw new ViolationException($"{thread.Name} writes buffer {buffer}, which it has not claimed.");
    }

    private void CheckRowIsClean(int row)
    {
        if (StateWord.StateOf(_execution.Peek(_map.Row(row).Pin)) != PinState.Idle)
            throw new ViolationException($"Row {row} has a pin left.");
        for (int buffer = 0; buffer < _map.BufferCount; buffer++)
        {
            if (_execution.Peek(_map.OwnerOf(buffer)) == row + 1)
                throw new ViolationException($"Row {row} has buffer {buffer} left.");
        }
    }
}
