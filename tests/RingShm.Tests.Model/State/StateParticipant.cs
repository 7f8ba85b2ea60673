using RingShm.Layout;
using RingShm.State;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.State;

/// <summary>One participant of a model cell: the shipped cores, and what it knows.</summary>
internal sealed class StateParticipant(StateWorld world, ModelThread me, in StateMap map, in StateRow row)
{
    private StateReaderCore<ModelMemory> _reader = new(map, row);
    private StateWriterCore<ModelMemory> _writer = new(map, row, me.Index + 1);
    private long _known;

    public void Write(long value)
    {
        world.Intend(me, value);
        Learn(_writer.Write(new Twin(value)));
    }

    /// <summary>Reads, then writes one more if nobody was faster. True when it did.</summary>
    public bool TryIncrement()
    {
        long value = Read();
        long seen = _known;
        world.Intend(me, value + 1);
        bool isDone = _writer.TryUpdate(seen, new Twin(value + 1), out long version);
        if (isDone ? version != seen + 1 : version <= seen)
            throw new ViolationException($"{me.Name} was told {isDone} and version {version} of an update of {seen}.");
        Learn(version);
        return isDone;
    }

    public long Read()
    {
        if (!_reader.TryRead(out Twin value, out StateRead read))
            throw new ViolationException($"{me.Name} finds nothing in the cell.");
        world.CheckRead(me, read, value, ref _known);
        return value.First;
    }

    /// <summary>Reads as after three copies that failed.</summary>
    public unsafe void ReadPinned()
    {
        Twin value = default;
        if (!_reader.TryReadPinned(new Span<byte>(&value, sizeof(Twin)), out StateRead read))
            throw new ViolationException($"{me.Name} finds nothing in the cell.");
        world.CheckRead(me, read, value, ref _known);
    }

    private void Learn(long version)
    {
        if (version < _known)
            throw new ViolationException($"{me.Name} was told version {version} after it knew {_known}.");
        _known = version;
    }
}
