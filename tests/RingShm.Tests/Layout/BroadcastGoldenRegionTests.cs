using RingShm.Broadcast;
using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Layout;

/// <summary>
/// The bytes of small broadcast regions after one fixed history, as version 1.0 makes them: reliable, lossy, and one that evicts; both layouts. If this
/// fails, the format has changed: that takes a new format version and new golden files, not an edit of these.
/// </summary>
public sealed unsafe class BroadcastGoldenRegionTests
{
    private const int Reliable = 0;
    private const int Lossy = 8;
    private const int Evicting = 16;

    private static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");

    public static TheoryData<string, int, int> Regions => new()
    {
        { "broadcast-inline-v1.hex", 48, Reliable }, { "broadcast-lossy-v1.hex", 300, Lossy }, { "broadcast-evicting-v1.hex", 48, Evicting },
    };

    [Theory]
    [MemberData(nameof(Regions))]
    public void The_shipped_code_makes_the_golden_bytes(string golden, int max, int flags)
    {
        using NativeRegion region = new(HeaderOf(max, flags).Geometry);
        PlayHistory(region, max, flags);
        region.AssertGuardsAreWhole();
        GoldenFile.AssertSame(golden, region.Bytes);
    }

    [Theory]
    [MemberData(nameof(Regions))]
    public void The_golden_bytes_open_as_a_region_and_hold_the_expected_messages(string golden, int max, int flags)
    {
        using TestFolder folder = new();
        byte[] bytes = GoldenFile.Read(golden, (int)HeaderOf(max, flags).Geometry.TotalBytes);
        if (OperatingSystem.IsWindows())
        {
            // The golden regions were made on Linux; only their word for who is alive differs.
            (RegionHeader.Decode(bytes, "golden", bytes.Length) with { Liveness = LivenessModel.ProcessHandles }).Encode(bytes);
            fixed (byte* start = bytes)
                RegionPublication<DirectMemory>.Publish(start);
        }

        File.WriteAllBytes(folder.File(), bytes);
        using BroadcastRing ring = BroadcastRing.Open(folder.File());
        RingInfo info = ring.GetInfo();
        Assert.Equal(Id, info.CreationId);
        Assert.Equal((RingKind.Broadcast, 1024L, (long)max, 4), (info.Kind, info.CapacityBytes, info.MaxMessageBytes, info.MaxParticipants));
        Assert.Equal((1L, 1L), (info.ClaimsAborted, info.ParticipantsRecovered));
        Assert.Equal((1L, flags == Evicting ? 1 : 0), (info.ClaimsRecovered, info.ReadersEvicted));
        Assert.Equal(flags == Lossy, info.MessagesLost > 0);
        Assert.Equal(
            [ParticipantRole.Producer, ParticipantRole.Consumer, ParticipantRole.Producer], info.Participants.Select(participant => participant.Role));
        Assert.All(info.Participants, participant => Assert.False(participant.IsAlive));
        Assert.Empty(Ring.Verify(folder.File()).Problems);

        // Two dead writers, one with a marked claim, and a dead reader that holds nobody from here on.
        RingRecovery recovered = ring.Recover();
        Assert.Equal((3, 0, 1L), (recovered.RowsSwept, recovered.RowsWaiting, recovered.ClaimsRecovered));
        using BroadcastReader reader = ring.AttachReader();
        List<int> types = [];
        while (reader.TryRead(out Message message))
        {
            using (message)
            {
                types.Add(message.Type);
                Assert.Equal(Pattern(LengthOf(message.Type, max)), message.Span);
            }
        }

        // All that was written last, without a gap, and behind the claim that was given up.
        Assert.Equal(Enumerable.Range(types[0], types.Count), types);
        Assert.Equal(LastType, types[^1]);
        Assert.True(types.Count > 3);
        Assert.Equal(LastType, info.MessagesWritten);
        Assert.Empty(Ring.Verify(folder.File()).Problems);
    }

    private const int LastType = 32;

    /// <summary>Everything that leaves a trace in a region, with nothing that differs from run to run.</summary>
    private static void PlayHistory(NativeRegion region, int max, int flags)
    {
        HeaderOf(max, flags).Encode(region.Bytes);
        RegionPublication<DirectMemory>.Publish(region.Base);
        BroadcastMap map = new(region.Base, region.Geometry);
        FakeKernel kernel = new();
        int type = 0;

        MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> writer = Writer(map, kernel, 2);
        BroadcastReaderCore<DirectMemory> reader = Reader(map, kernel, 3);
        Write(ref writer, ++type, max);
        Assert.True(writer.TryClaim(20, out OpenSlot claim));
        Assert.True(writer.TryAbort(claim.Position));
        Write(ref writer, ++type, max);
        Assert.Equal([1, 2], Drain(ref reader));
        // A writer that dies with a claim that no word names: a survivor gives it up. Its row is swept.
        MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> gone = Writer(map, kernel, 4);
        Assert.True(gone.TryClaim(7, out _));
        kernel.Dead.Add(*map.Row(4).Owner);
        Assert.True(reader.LookForTheDead(kernel));
        Assert.Empty(Drain(ref reader));
        Assert.True(BroadcastRecovery<DirectMemory>.SweepAndFree(map, kernel, map.Row(4), RowLayout.PackOwner(0x3FFF_FFFF, 1)));
        // A lap and more. A reliable ring's reader reads along, and then lags; a lossy one's is lapped; another one's is evicted.
        while (type < LastType - 3)
        {
            if (flags == Reliable && type < LastType - 10)
                Drain(ref reader);
            Write(ref writer, ++type, max);
        }

        if (flags == Lossy)
            Drain(ref reader);
        // A claim that stays open while its owner goes on, and messages behind it, also another writer's.
        Assert.True(writer.TryClaim(11, out _));
        Write(ref writer, ++type, max);
        MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> second = Writer(map, kernel, 4);
        Write(ref second, ++type, max);
        Write(ref writer, ++type, max);
        Assert.Equal(LastType, type);
    }

    private static void Write(ref MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> writer, int type, int max) =>
        Assert.True(writer.TryWrite(Pattern(LengthOf(type, max)), type));

    private static List<int> Drain(ref BroadcastReaderCore<DirectMemory> reader)
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

    private static MpmcProducerCore<DirectMemory, RetainedRoom<DirectMemory>> Writer(in BroadcastMap map, FakeKernel kernel, int row) =>
        new(map.Slots, Enter(map, kernel, row, ParticipantRole.Producer), new RetainedRoom<DirectMemory>(map));

    private static BroadcastReaderCore<DirectMemory> Reader(in BroadcastMap map, FakeKernel kernel, int row) =>
        new(map, Enter(map, kernel, row, ParticipantRole.Consumer), ReaderStart.Oldest, ReaderResume.Oldest);

    private static MpmcRow Enter(in BroadcastMap map, FakeKernel kernel, int row, ParticipantRole role)
    {
        long owner = RowLayout.PackOwner(0x3FFF_FF00 + row, (uint)row + (kernel.Dead.Count > 0 ? 100u : 0));
        Assert.True(BroadcastEntry<DirectMemory>.TryEnter(map, kernel, row, role, owner, out _));
        return map.Row(row);
    }

    private static int LengthOf(int type, int max) => type * 37 % (Math.Min(max, 130) + 1);

    private static byte[] Pattern(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];

    private static RegionHeader HeaderOf(int max, int flags) =>
        new(RingGeometry.ForBroadcast(1024, max, 0, 4, flags), LivenessModel.FileLocks, 0, 1_700_000_000_123_456, Id);
}
