using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Layout;

/// <summary>
/// The bytes of two small MPMC regions, one of each layout, after one fixed history, as version 1.0 makes them. If this fails, the format has
/// changed: that takes a new format version and new golden files, not an edit of these.
/// </summary>
public sealed unsafe class MpmcGoldenRegionTests
{
    private static readonly Guid Id = new("00112233-4455-6677-8899-aabbccddeeff");

    /// <summary>Messages of one granule, and of one to five.</summary>
    public static TheoryData<string, int> Regions => new() { { "mpmc-inline-v1.hex", 48 }, { "mpmc-table-v1.hex", 300 } };

    [Theory]
    [MemberData(nameof(Regions))]
    public void The_shipped_code_makes_the_golden_bytes(string golden, int max)
    {
        using NativeRegion region = new(HeaderOf(max).Geometry);
        PlayHistory(region, max);
        region.AssertGuardsAreWhole();
        GoldenFile.AssertSame(golden, region.Bytes);
    }

    [Theory]
    [MemberData(nameof(Regions))]
    public void The_golden_bytes_open_as_a_region_and_hold_the_expected_messages(string golden, int max)
    {
        using TestFolder folder = new();
        byte[] bytes = GoldenFile.Read(golden, (int)HeaderOf(max).Geometry.TotalBytes);
        if (OperatingSystem.IsWindows())
        {
            // The golden regions were made on Linux; only their word for who is alive differs.
            (RegionHeader.Decode(bytes, "golden", bytes.Length) with { Liveness = LivenessModel.ProcessHandles }).Encode(bytes);
            fixed (byte* start = bytes)
                RegionPublication<DirectMemory>.Publish(start);
        }

        File.WriteAllBytes(folder.File(), bytes);
        using MpmcRing ring = MpmcRing.Open(folder.File());
        RingInfo info = ring.GetInfo();
        Assert.Equal(Id, info.CreationId);
        Assert.Equal((1024L, (long)max, 4), (info.CapacityBytes, info.MaxMessageBytes, info.MaxParticipants));
        Assert.Equal((10L, 3L, 1L, 1L), (info.MessagesWritten, info.MessagesRead, info.ClaimsAborted, info.MessagesRedelivered));
        Assert.Equal((1L, 1L, 0L, 1L), (info.ClaimsRecovered, info.LeasesRecovered, info.MessagesDropped, info.ParticipantsRecovered));
        Assert.Equal(
            [ParticipantRole.Producer, ParticipantRole.Consumer, ParticipantRole.Consumer, ParticipantRole.Producer],
            info.Participants.Select(participant => participant.Role));
        Assert.All(info.Participants, participant => Assert.False(participant.IsAlive));
        Assert.Empty(Ring.Verify(folder.File()).Problems);

        // A dead producer's marked claim, dead consumers' three leases, one message that was returned, three that wait.
        RingRecovery recovered = ring.Recover();
        Assert.Equal((4, 0, 1L, 3L), (recovered.RowsSwept, recovered.RowsWaiting, recovered.ClaimsRecovered, recovered.LeasesRecovered));
        using MpmcConsumer consumer = ring.AttachConsumer();
        List<(int Type, int Length, bool Redelivered)> read = [];
        while (consumer.TryRead(out Message message))
        {
            using (message)
            {
                read.Add((message.Type, message.Span.Length, message.Redelivered));
                Assert.Equal(Pattern(message.Span.Length), message.Span);
            }
        }

        Assert.Equal([4, 5, 6, 7], read.Where(message => message.Redelivered).Select(message => message.Type).Order());
        Assert.Equal([8, 9, -2], read.Where(message => !message.Redelivered).Select(message => message.Type));
        Assert.Empty(Ring.Verify(folder.File()).Problems);
    }

    /// <summary>Everything that leaves a trace in a region, with nothing that differs from run to run.</summary>
    private static void PlayHistory(NativeRegion region, int max)
    {
        HeaderOf(max).Encode(region.Bytes);
        RegionPublication<DirectMemory>.Publish(region.Base);
        MpmcMap map = new(region.Base, region.Geometry);
        FakeKernel kernel = new();

        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> first = new(map, Attach(map, kernel, 2, ParticipantRole.Producer));
        MpmcConsumerCore<DirectMemory> consumer = new(map, Attach(map, kernel, 3, ParticipantRole.Consumer));
        Write(ref first, 1, 5);
        Write(ref first, 2, 0);
        Assert.True(first.TryClaim(20, out OpenSlot claim));
        Assert.True(first.TryAbort(claim.Position));
        Write(ref first, 3, max / 2);
        // The first two are read. The third is taken, and its taker dies; it comes again, is read, and is flagged.
        Release(ref consumer, Take(ref consumer));
        Release(ref consumer, Take(ref consumer));
        Take(ref consumer);
        kernel.Dead.Add(*map.Row(3).Owner);
        MpmcConsumerCore<DirectMemory> second = new(map, Attach(map, kernel, 4, ParticipantRole.Consumer));
        Assert.True(second.LookForTheDead(kernel));
        OpenSlot again = Take(ref second);
        Assert.True(again.IsRedelivered);
        Release(ref second, again);
        // A claim without a word, given up by a survivor.
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> gone = new(map, Attach(map, kernel, 5, ParticipantRole.Producer));
        Assert.True(gone.TryClaim(7, out _));
        kernel.Dead.Add(*map.Row(5).Owner);
        Assert.True(second.LookForTheDead(kernel));
        // Four messages: one is held by an interval, two by marks, one was returned. The last crosses the end where words have a table.
        Write(ref first, 4, 9);
        Write(ref first, 5, max);
        Write(ref first, 6, 9);
        Write(ref first, 7, Math.Min(130, max));
        MpmcConsumerCore<DirectMemory> third = new(map, Attach(map, kernel, 3, ParticipantRole.Consumer));
        Take(ref third);
        Take(ref second);
        Take(ref second);
        Assert.Equal(1, second.TryTakeBatch(1, out OpenSlot batch));
        second.SettleBatch(batch, 1, 0);
        // A claim that stays open while its owner goes on, and three messages behind it.
        Assert.True(first.TryClaim(11, out _));
        Write(ref first, 8, 1);
        Write(ref first, 9, 30);
        Write(ref first, -2, 2);
    }

    private static void Write(ref MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer, int type, int length) =>
        Assert.True(producer.TryWrite(Pattern(length), type));

    private static OpenSlot Take(ref MpmcConsumerCore<DirectMemory> consumer)
    {
        Assert.True(consumer.TryTake(out OpenSlot lease));
        return lease;
    }

    private static void Release(ref MpmcConsumerCore<DirectMemory> consumer, in OpenSlot lease) => Assert.True(consumer.TryRelease(lease.Position));

    private static MpmcRow Attach(in MpmcMap map, FakeKernel kernel, int index, ParticipantRole role)
    {
        MpmcRow row = map.Row(index);
        Assert.True(RowProtocol<DirectMemory>.TryAcquire(row.Owner, index, RowLayout.PackOwner(0x3FFF_FF00 + index, (uint)index), kernel, out _));
        *row.Role = (long)role;
        MpmcRecovery<DirectMemory>.ClearRow(row);
        return row;
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];

    private static RegionHeader HeaderOf(int max) =>
        new(RingGeometry.ForMpmc(1024, max, 0, 4, 0), LivenessModel.FileLocks, 0, 1_700_000_000_123_456, Id);
}
