using System.Runtime.InteropServices;

namespace RingShm.Tests.Layout;

// The layout a second time, as structs that the compiler places. Written from docs/FORMAT.md and not from the constants, so
// that a slip in either shows.

[StructLayout(LayoutKind.Explicit, Size = 0x1000)]
internal struct ExplicitHeader
{
    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public ushort FormatMajor;
    [FieldOffset(10)] public ushort FormatMinor;
    [FieldOffset(12)] public int Kind;
    [FieldOffset(16)] public int Flags;
    [FieldOffset(20)] public int LivenessModel;
    [FieldOffset(24)] public long TotalBytes;
    [FieldOffset(32)] public long CapacityBytes;
    [FieldOffset(40)] public long OverhangBytes;
    [FieldOffset(48)] public long MaxMessageBytes;
    [FieldOffset(56)] public long FixedMessageBytes;
    [FieldOffset(64)] public long ControlOffset;
    [FieldOffset(72)] public long RowsOffset;
    [FieldOffset(80)] public int RowCount;
    [FieldOffset(84)] public int RowStrideBytes;
    [FieldOffset(88)] public long DataOffset;
    [FieldOffset(96)] public long CreationTime;
    [FieldOffset(104)] public Guid CreationId;
    [FieldOffset(120)] public uint Checksum;
    [FieldOffset(124)] public uint Zero;
    [FieldOffset(128)] public long Ready;
}

/// <summary>A party's words: what one writer may fill without disturbing another.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct ExplicitShared
{
    public long Completed;
}

[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct ExplicitProducer
{
    public long Position;
    public long Messages;
    public long Aborted;
    public long Takeovers;
}

[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct ExplicitConsumer
{
    public long Position;
    public long Messages;
    public long Redelivered;
    public long Takeovers;
    public long RedeliverBelow;
    public long DeliveredThrough;
}

[StructLayout(LayoutKind.Sequential, Size = 0x1000)]
internal struct ExplicitControl
{
    public ExplicitShared Shared;
    public ExplicitProducer Producer;
    public ExplicitConsumer Consumer;
}

[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ExplicitRow
{
    [FieldOffset(0)] public long Owner;
    [FieldOffset(8)] public long Role;
    [FieldOffset(16)] public long Generation;
    [FieldOffset(24)] public long StartTime;
    [FieldOffset(32)] public long AttachTime;
    [FieldOffset(40)] public long Evicted;
    [FieldOffset(48)] public long MessagesLost;
    [FieldOffset(64)] public long IntervalStart;
    [FieldOffset(72)] public long IntervalEnd;
    [FieldOffset(80)] public long Marks;
    [FieldOffset(88)] public long MessagesWritten;
    [FieldOffset(96)] public long MessagesRead;
    [FieldOffset(104)] public long ClaimsAborted;
    [FieldOffset(112)] public long MessagesRedelivered;
    [FieldOffset(120)] public long Cursor;
}

[StructLayout(LayoutKind.Explicit, Size = 0x1000)]
internal struct ExplicitMpmcControl
{
    [FieldOffset(0)] public long Completed;
    [FieldOffset(8)] public long Attention;
    [FieldOffset(128)] public long ProducerPosition;
    [FieldOffset(256)] public long ConsumerPosition;
    [FieldOffset(384)] public long ClaimsRecovered;
    [FieldOffset(392)] public long LeasesRecovered;
    [FieldOffset(400)] public long MessagesDropped;
    [FieldOffset(408)] public long RowsSwept;
}

[StructLayout(LayoutKind.Explicit, Size = 0x1000)]
internal struct ExplicitBroadcastControl
{
    [FieldOffset(0)] public long Completed;
    [FieldOffset(128)] public long WriterPosition;
    [FieldOffset(256)] public long RetainedStep;
    [FieldOffset(264)] public long RetainedPositionEven;
    [FieldOffset(272)] public long RetainedMessagesEven;
    [FieldOffset(280)] public long RetainedPositionOdd;
    [FieldOffset(288)] public long RetainedMessagesOdd;
    [FieldOffset(384)] public long ClaimsRecovered;
    [FieldOffset(392)] public long ReadersEvicted;
    [FieldOffset(408)] public long RowsSwept;
}
