using RingShm.Broadcast;
using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Broadcast;

/// <summary>The protocol cores on plain memory of this process: the test attaches and kills whom it likes, and looks at the words.</summary>
internal sealed unsafe class BroadcastStage : IDisposable
{
    private int _attached;

    public BroadcastStage(long capacityBytes = 1024, long maxMessageBytes = 300, int flags = 0)
    {
        Region = new NativeRegion(RingGeometry.ForBroadcast(capacityBytes, maxMessageBytes, 0, 6, flags));
        Map = new BroadcastMap(Region.Base, Region.Geometry);
    }

    public NativeRegion Region { get; }

    public BroadcastMap Map { get; }

    public FakeKernel Kernel { get; } = new();

    public MpmcRow Attach(ParticipantRole role)
    {
        int index = MpmcLayout.FirstSharedRow;
        while (*Map.Row(index).Owner != RowLayout.FreeOwner)
            index++;
        Assert.True(BroadcastEntry<DirectMemory>.TryEnter(Map, Kernel, index, role, RowLayout.PackOwner(1000 + index, (uint)++_attached), out _));
        return Map.Row(index);
    }

    public MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> Writer(out MpmcRow row) =>
        new(Map.Slots, row = Attach(ParticipantRole.Producer), new RetainedRoom<DirectMemory>(Map));

    public BroadcastReaderCore<DirectMemory> Reader(
        out MpmcRow row, ReaderStart start = ReaderStart.Oldest, ReaderResume resume = ReaderResume.Oldest) =>
        new(Map, row = Attach(ParticipantRole.Consumer), start, resume);

    public void Kill(in MpmcRow row) => Kernel.Dead.Add(*row.Owner);

    /// <summary>The types of all that a reader finds.</summary>
    public static List<int> Drain(ref BroadcastReaderCore<DirectMemory> reader)
    {
        List<int> types = [];
        byte[] buffer = [];
        while (reader.TryPeek(ref buffer, out MpmcRecord record))
        {
            types.Add(record.Type);
            reader.Pass();
            reader.Settle();
        }

        return types;
    }

    public void Dispose()
    {
        Region.AssertGuardsAreWhole();
        Region.Dispose();
    }
}
