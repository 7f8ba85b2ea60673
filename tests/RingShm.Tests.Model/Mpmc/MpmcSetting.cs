using RingShm.Layout;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <summary>The ring that a program starts with: its layout and size, and how far it has run before.</summary>
internal sealed record MpmcSetting
{
    private const int InlineValueBytes = 8;
    private const int InlineGranules = 2;
    private const int FourGranules = 4;

    /// <summary>The smallest capacity, and messages that make two slots of it.</summary>
    private const int InlineCapacityBytes = 64;
    private const int InlineLongestBytes = 16;

    /// <summary>Four granules of 64 bytes, and messages long enough to need a table of words.</summary>
    private const int SideCapacityBytes = 256;
    private const int SideLongestBytes = 248;

    private MpmcSetting(RingGeometry geometry, bool hasLocks, int granules)
    {
        // What the programs fill, and how soon they come round, depends on it.
        if (geometry.GranuleCount != granules)
            throw new InvalidOperationException($"The programs are made for rings of {granules} granules, not of {geometry.GranuleCount}.");
        Geometry = geometry;
        Oracle = new ModelOracle(hasLocks);
    }

    public RingGeometry Geometry { get; }

    public ModelOracle Oracle { get; }

    /// <summary>Both positions at the start, in granules; what the laps before left is still there, as garbage.</summary>
    public long StartPosition { get; init; } = 1;

    /// <summary>How many messages the ring holds at the start, written by nobody who takes part.</summary>
    public int Prefilled { get; init; }

    /// <summary>Of how many granules each.</summary>
    public int PrefilledGranules { get; init; } = 1;

    public long FirstFreePosition => StartPosition + (Prefilled * PrefilledGranules);

    /// <summary>True where participants that find nothing to do look for the dead, as handles do.</summary>
    public bool LooksForTheDead { get; init; }

    /// <summary>True where consumers ask whether the ring is drained each time that they find nothing.</summary>
    public bool AsksForTheEnd { get; init; }

    /// <summary>The ring was completed before the program begins.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>True where somebody attaches while others run.</summary>
    public bool HasNewcomers { get; init; }

    /// <summary>Words inside the slots, two of them: rings that are full and come round soon.</summary>
    public static MpmcSetting Inline(int rows, bool oneProducer = false, bool oneConsumer = false, bool drops = false, bool locks = true) =>
        new(RingGeometry.ForMpmc(
            InlineCapacityBytes, InlineLongestBytes, 0, rows, RingGeometry.PackFlags(oneProducer, oneConsumer, drops)), locks, InlineGranules);

    /// <summary>Slots of a word and a value, without a header: four, as the smallest ring has.</summary>
    public static MpmcSetting Values(int rows, bool drops = false) =>
        new(RingGeometry.ForMpmc(
            InlineCapacityBytes, 0, InlineValueBytes, rows, RingGeometry.PackFlags(false, false, drops)), true, FourGranules);

    /// <summary>A table of four words, and messages of one to four granules.</summary>
    public static MpmcSetting Side(int rows, bool oneProducer = false, bool oneConsumer = false, bool drops = false, bool locks = true) =>
        new(RingGeometry.ForMpmc(
            SideCapacityBytes, SideLongestBytes, 0, rows, RingGeometry.PackFlags(oneProducer, oneConsumer, drops)), locks, FourGranules);

    /// <summary>True where messages are returned though nobody dies.</summary>
    public bool HasReturns { get; init; }

    /// <summary>Nobody else reads a participant's row otherwise.</summary>
    public bool LooksAtRows => LooksForTheDead || AsksForTheEnd || HasNewcomers;

    public (byte[] Payload, int Type) PrefilledMessage(int number)
    {
        byte[] payload = new byte[Geometry.HasInlineWords ? InlineValueBytes : (int)(PrefilledGranules * Geometry.GranuleBytes) - 10];
        payload.AsSpan().Fill((byte)(0xC0 + number));
        return (payload, 9000 + number);
    }

    /// <summary>The state that the laps before would have left: every granule free for its next lap, old records everywhere.</summary>
    public unsafe void WriteInitialImage(in MpmcMap map)
    {
        long dataBytes = (Geometry.GranuleCount * Geometry.GranuleBytes) + Geometry.OverhangBytes;
        byte* data = map.RecordAt(0) - (map.HasOneGranuleMessages ? MpmcLayout.WordBytes : 0);
        if (StartPosition > 0)
        {
            for (long offset = 0; offset < dataBytes; offset += sizeof(long))
                *(long*)(data + offset) = MpmcLayout.EncodeRecord(InlineValueBytes, 0x0BAD);
        }

        for (long position = StartPosition; position < StartPosition + map.GranuleCount; position++)
            *map.WordAt(position) = MpmcWord.Free(map.LapOf(position));
        for (int i = 0; i < Prefilled; i++)
        {
            long position = StartPosition + (i * PrefilledGranules);
            (byte[] payload, int type) = PrefilledMessage(i);
            byte* record = map.RecordAt(position);
            *(long*)record = MpmcLayout.EncodeRecord(payload.Length, type);
            payload.CopyTo(new Span<byte>(map.PayloadAt(position), payload.Length));
            *map.WordAt(position) = MpmcWord.Full(map.LapOf(position), PrefilledGranules);
        }

        *map.Completed = IsCompleted ? 1 : 0;
        *map.ConsumerPosition = StartPosition;
        *map.ProducerPosition = FirstFreePosition;
    }
}
