using System.Runtime.InteropServices;
using RingShm.Mapping;

namespace RingShm.Tests.Mapping;

public sealed unsafe partial class ReadOnlyTests
{
    [Fact]
    public void A_monitor_sees_everything_and_attaches_nothing()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        using SpscProducer producer = ring.AttachProducer();
        producer.TryWrite("seen"u8);
        using SpscRing monitor = SpscRing.Open(region, new RingOptions { Access = RingAccess.ReadOnly });
        RingInfo info = monitor.GetInfo();
        Assert.Equal((1L, 16L, 0L), (info.MessagesWritten, info.ProducerPosition, info.ConsumerPosition));
        Assert.Equal(ParticipantRole.Producer, Assert.Single(info.Participants).Role);
        Assert.False(monitor.IsCompleted);
        Assert.Contains("read-only", Assert.Throws<InvalidOperationException>(() => monitor.AttachProducer()).Message);
        Assert.Throws<InvalidOperationException>(() => monitor.AttachConsumer());
        Assert.Throws<InvalidOperationException>(() => monitor.Complete());
        Assert.True(Ring.Verify(region).IsClean);
        Assert.Equal(1, Ring.Verify(region).MessagesInRing);
    }

    [Fact]
    public void A_region_cannot_be_made_read_only()
    {
        RingOptions options = new() { Access = RingAccess.ReadOnly };
        Assert.Throws<ArgumentException>(() => SpscRing.Create(TestRegion.NewName(), options));
        Assert.Throws<ArgumentException>(() => SpscRing.CreateOrOpen(TestRegion.NewName(), options));
    }

    /// <summary>Not a matter of our own care: the kernel refuses to store through the mapping.</summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void The_kernel_refuses_to_write_to_a_monitors_pages()
    {
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(region);
        foreach ((RingAccess access, bool isWritable) in new[] { (RingAccess.ReadOnly, false), (RingAccess.ReadWrite, true) })
        {
            OpenedRegion opened = RegionDirectory.Open(new RegionRequest(region, RegionMode.Open, new RingOptions { Access = access }, RingKind.Spsc, 0));
            // read(2) from /dev/zero into the page: EFAULT where a store would be a fault. The last page holds no message.
            using FileStream zero = File.OpenRead("/dev/zero");
            nint read = Read((int)zero.SafeFileHandle.DangerousGetHandle(), opened.View.Base + opened.View.LengthBytes - 8, 8);
            Assert.Equal(isWritable ? 8 : -1, read);
            opened.View.Dispose();
            opened.Backing.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, byte* buffer, nint count);
}
