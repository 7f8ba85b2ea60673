using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.State;

namespace RingShm.Tests.Layout;

/// <summary>
/// The bytes of a small state cell after one fixed history, as version 1.0 makes them. If this fails, the format has changed: that
/// takes a new format version and a new golden file, not an edit of this one.
/// </summary>
public sealed unsafe class StateGoldenRegionTests
{
    private const string Golden = "state-v1.hex";
    private static readonly RegionHeader Header = new(
        RingGeometry.ForState(96, 0, 4, 0), LivenessModel.FileLocks, 0, 1_700_000_000_123_456, new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    [Fact]
    public void The_shipped_code_makes_the_golden_bytes()
    {
        using NativeRegion region = new(Header.Geometry);
        PlayHistory(region);
        region.AssertGuardsAreWhole();
        GoldenFile.AssertSame(Golden, region.Bytes);
    }

    [Fact]
    public void The_golden_bytes_open_as_a_cell_that_holds_the_last_value()
    {
        using TestFolder folder = new();
        byte[] bytes = GoldenFile.Read(Golden, (int)Header.Geometry.TotalBytes);
        if (OperatingSystem.IsWindows())
        {
            // The golden regions were made on Linux; only their word for who is alive differs.
            (RegionHeader.Decode(bytes, "golden", bytes.Length) with { Liveness = LivenessModel.ProcessHandles }).Encode(bytes);
            fixed (byte* start = bytes)
                RegionPublication<DirectMemory>.Publish(start);
        }

        File.WriteAllBytes(folder.File(), bytes);
        RingInfo info = Ring.Inspect(folder.File());
        Assert.Equal((RingKind.State, 96L, 4, 8L * 128), (info.Kind, info.MaxMessageBytes, info.MaxParticipants, info.CapacityBytes));
        Assert.Equal((7L, 1L), (info.MessagesWritten, info.ParticipantsRecovered));
        Assert.Equal([ParticipantRole.Producer, ParticipantRole.Consumer], info.Participants.Select(participant => participant.Role));
        Assert.Empty(Ring.Verify(folder.File()).Problems);
        // A writer that died with a buffer, a reader that died with a pin.
        Assert.Equal((2, 0), (Ring.Recover(folder.File()).RowsSwept, Ring.Recover(folder.File()).RowsWaiting));
        Assert.Empty(Ring.Verify(folder.File()).Problems);
        Assert.Equal(3, Ring.Inspect(folder.File()).ParticipantsRecovered);
    }

    /// <summary>Everything that leaves a trace in a region, with nothing that differs from run to run.</summary>
    private static void PlayHistory(NativeRegion region)
    {
        Header.Encode(region.Bytes);
        RegionPublication<DirectMemory>.Publish(region.Base);
        StateMap map = new(region.Base, region.Geometry);
        FakeKernel kernel = new();
        StateWriterCore<DirectMemory> first = new(map, Enter(map, kernel, 2, ParticipantRole.Producer), 0x1111);
        for (int value = 1; value <= 5; value++)
            Assert.Equal(value, first.Write(Pattern(value * 19)));
        // A writer that dies with a buffer, whose row the next one takes.
        StateRow dead = Enter(map, kernel, 3, ParticipantRole.Producer);
        *map.OwnerOf(7) = dead.Index + 1;
        kernel.Dead.Add(*dead.Owner);
        StateWriterCore<DirectMemory> second = new(map, Enter(map, kernel, 3, ParticipantRole.Producer), 0x2222);
        Assert.True(second.TryUpdate(5, [], out _));
        Assert.False(second.TryUpdate(5, Pattern(3), out long current));
        Assert.Equal(6, current);
        // It dies with another one; a reader dies with a pin on the value that the first writer replaces.
        *map.OwnerOf(0) = 4;
        StateRow reader = Enter(map, kernel, 4, ParticipantRole.Consumer);
        *reader.Pin = StateWord.Pinned(3, StateWord.BufferOf(*map.Current));
        Assert.Equal(7, first.Write(Pattern(40)));
        RingShm.Liveness.RowProtocol<DirectMemory>.Release(map.Row(2).Owner, 2, kernel);
    }

    private static StateRow Enter(in StateMap map, FakeKernel kernel, int row, ParticipantRole role)
    {
        long owner = RowLayout.PackOwner(0x3FFF_FF00 + row, (uint)row + (kernel.Dead.Count > 0 ? 100u : 0));
        Assert.True(StateEntry<DirectMemory>.TryEnter(map, kernel, row, role, owner, out _));
        return map.Row(row);
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];
}
