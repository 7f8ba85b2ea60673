using RingShm.Layout;
using RingShm.Memory;
using RingShm.State;

namespace RingShm.Tests.State;

/// <summary>The cores on plain memory with guards around it, under a kernel that says who is dead.</summary>
internal sealed unsafe class StateStage : IDisposable
{
    public const int MaxValueBytes = 100;

    private readonly NativeRegion _region;
    private int _processes;

    public StateStage(int participants = 3)
    {
        _region = new NativeRegion(RingGeometry.ForState(MaxValueBytes, 0, participants, 0));
        Map = new StateMap(_region.Base, _region.Geometry);
    }

    public StateMap Map { get; }

    public FakeKernel Kernel { get; } = new();

    public StateRow Enter(int row, ParticipantRole role = ParticipantRole.Producer)
    {
        long owner = RowLayout.PackOwner(1000 + ++_processes, 1);
        Assert.True(StateEntry<DirectMemory>.TryEnter(Map, Kernel, row, role, owner, out _));
        return Map.Row(row);
    }

    public StateWriterCore<DirectMemory> Writer(int row) => new(Map, Enter(row), 1 + row);

    public StateReaderCore<DirectMemory> Reader(int row) => new(Map, Enter(row, ParticipantRole.Consumer));

    public void Kill(int row) => Kernel.Dead.Add(*Map.Row(row).Owner);

    public int Current => StateWord.BufferOf(*Map.Current);

    public int Claimed
    {
        get
        {
            int claimed = 0;
            for (int buffer = 0; buffer < Map.BufferCount; buffer++)
                claimed += *Map.OwnerOf(buffer) != 0 ? 1 : 0;
            return claimed;
        }
    }

    public static byte[] ReadAll(ref StateReaderCore<DirectMemory> reader, out long version)
    {
        byte[] room = new byte[MaxValueBytes];
        _ = reader.TryRead(room, out StateRead read);
        version = read.Version;
        return room[..read.LengthBytes];
    }

    public void Dispose()
    {
        _region.AssertGuardsAreWhole();
        _region.Dispose();
    }
}
