using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Mpmc;

/// <summary>
/// The protocol cores on plain memory of this process: the test attaches and kills whom it likes, in the middle of whatever it likes, and
/// looks at the words.
/// </summary>
internal sealed unsafe class MpmcStage : IDisposable
{
    private int _attached;

    public MpmcStage(long capacityBytes = 1024, long maxMessageBytes = 300, int participants = 6, int flags = 0, long fixedMessageBytes = 0)
    {
        Region = new NativeRegion(RingGeometry.ForMpmc(capacityBytes, maxMessageBytes, fixedMessageBytes, participants, flags));
        Map = new MpmcMap(Region.Base, Region.Geometry);
    }

    public NativeRegion Region { get; }

    public MpmcMap Map { get; }

    public FakeKernel Kernel { get; } = new();

    /// <summary>Takes the first free row, or the role's own where it is declared single.</summary>
    public MpmcRow Attach(ParticipantRole role)
    {
        int index = role == ParticipantRole.Producer && Map.HasOneProducer ? MpmcLayout.SingleProducerRow
            : role == ParticipantRole.Consumer && Map.HasOneConsumer ? MpmcLayout.SingleConsumerRow
            : MpmcLayout.FirstSharedRow;
        while (*Map.Row(index).Owner != RowLayout.FreeOwner)
            index++;
        MpmcRow row = Map.Row(index);
        *row.Owner = RowLayout.PackOwner(1000 + index, (uint)++_attached);
        *row.Role = (long)role;
        MpmcRecovery<DirectMemory>.ClearRow(row);
        return row;
    }

    public MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> Producer(out MpmcRow row) => new(Map, row = Attach(ParticipantRole.Producer));

    public MpmcConsumerCore<DirectMemory> Consumer(out MpmcRow row) => new(Map, row = Attach(ParticipantRole.Consumer));

    public void Kill(in MpmcRow row) => Kernel.Dead.Add(*row.Owner);

    /// <summary>As a participant leaves that has nothing open.</summary>
    public static void Leave(in MpmcRow row) => *row.Owner = RowLayout.FreeOwner;

    public SlotState State(long position) => MpmcWord.StateOf(*Map.WordAt(position));

    /// <summary>An attempt for granules that somebody else gets: the interval says that this row may have them.</summary>
    public static void Intend(in MpmcRow row, long start, long end) => (*row.IntervalStart, *row.IntervalEnd) = (start, end);

    public void Dispose()
    {
        Region.AssertGuardsAreWhole();
        Region.Dispose();
    }
}
