using RingShm.Interop;
using RingShm.Layout;

namespace RingShm.Tests.Mapping;

/// <summary>What a creator leaves that is killed at each step of creation: an opener finds none, the next creator takes over.</summary>
public sealed class HalfMadeTests
{
    public static TheoryData<string> Steps => ["empty", "magic", "magic and space", "identity", "everything but the ready word"];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_half_made_region_is_none_for_an_opener_and_made_anew_by_a_creator(string step)
    {
        foreach (Func<RegionName, RingOptions?, SpscRing> create in new Func<RegionName, RingOptions?, SpscRing>[] { SpscRing.Create, SpscRing.CreateOrOpen })
        {
            using TestFolder folder = new();
            string path = folder.File();
            Leave(path, step);
            Assert.Throws<RingNotFoundException>(() => SpscRing.Open(path));
            Assert.Throws<RingNotFoundException>(() => Ring.Inspect(path));
            using SpscRing ring = create(path, new RingOptions { CapacityBytes = 4096 });
            Assert.True(ring.CreatedNew);
            Assert.Equal((4096L, 0L, 0L), (ring.CapacityBytes, ring.GetInfo().ProducerPosition, ring.GetInfo().ConsumerPosition));
            Assert.Empty(ring.GetInfo().Participants);
            using SpscProducer producer = ring.AttachProducer();
            using SpscConsumer consumer = ring.AttachConsumer();
            Assert.False(consumer.TryRead(out _));
            Assert.True(producer.TryWrite("new"u8));
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_half_made_region_can_be_removed(string step)
    {
        using TestFolder folder = new();
        Leave(folder.File(), step);
        Ring.Remove(folder.File());
        Assert.False(File.Exists(folder.File()));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_live_creator_is_waited_for_and_never_replaced(string step)
    {
        using TestFolder folder = new();
        string path = folder.File();
        Leave(path, step);
        using (FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            Assert.True(KernelFileLock.TryLock(file.SafeFileHandle, HeaderLayout.CreationLockByte, path));
            RingOptions patient = new() { OpenTimeout = TimeSpan.FromMilliseconds(30) };
            byte[] before = FileBytes.Read(path);
            Assert.Contains(path, Assert.Throws<TimeoutException>(() => SpscRing.Open(path, patient)).Message);
            Assert.Throws<TimeoutException>(() => SpscRing.Create(path, patient));
            Assert.Throws<TimeoutException>(() => SpscRing.CreateOrOpen(path, patient));
            Assert.Equal(before, FileBytes.Read(path));
        }

        // The lock goes with its holder, and the next one takes over at once.
        using SpscRing ring = SpscRing.CreateOrOpen(path);
        Assert.True(ring.CreatedNew);
    }

    [Fact]
    public void A_region_in_use_whose_ready_word_was_damaged_is_not_made_anew()
    {
        using TestFolder folder = new();
        string path = folder.File();
        using SpscRing ring = SpscRing.Create(path);
        using SpscProducer producer = ring.AttachProducer();
        producer.TryWrite("kept"u8);
        FileBytes.Write(path, 0x80, new byte[8]);
        RingOptions patient = new() { OpenTimeout = TimeSpan.FromMilliseconds(30) };
        Assert.Throws<RingCorruptException>(() => SpscRing.CreateOrOpen(path, patient));
        Assert.Throws<RingCorruptException>(() => SpscRing.Create(path, patient));
        Assert.ThrowsAny<RingException>(() => SpscRing.Open(path, patient));
        using SpscConsumer consumer = ring.AttachConsumer();
        Assert.True(consumer.TryRead(out Message message));
        using (message)
            Assert.Equal("kept"u8, message.Span);
    }

    private static void Leave(string path, string step)
    {
        RegionHeader header = RegionHeader.New(RingGeometry.ForSpsc(1024, 0, 0));
        byte[] page = new byte[4096];
        header.Encode(page);
        byte[] bytes = new byte[step is "empty" ? 0 : step is "magic" ? 8 : header.Geometry.TotalBytes];
        page.AsSpan(0, step switch { "empty" => 0, "magic" or "magic and space" => 8, _ => 4096 }).CopyTo(bytes);
        if (step == "everything but the ready word")
            bytes.AsSpan(4096).Fill(0xAB);
        File.WriteAllBytes(path, bytes);
    }
}
