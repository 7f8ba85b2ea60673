using System.Diagnostics;
using System.Runtime.Versioning;

namespace RingShm.Tests.Mapping;

/// <summary>Permissions, space and the folder of names, as Linux has them.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_region_is_its_owners_alone_unless_asked_otherwise()
    {
        using TestFolder folder = new();
        using SpscRing ring = SpscRing.Create(folder.File("default"));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder.File("default")));
        // The usual umask (022) would take the group's and the others' right to write away.
        using SpscRing shared = SpscRing.Create(folder.File("shared"), new RingOptions { UnixMode = Everybody });
        Assert.Equal(Everybody, File.GetUnixFileMode(folder.File("shared")));
        using SpscRing group = SpscRing.Create(folder.File("group"), new RingOptions { UnixMode = OwnerOnly | UnixFileMode.GroupRead });
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead, File.GetUnixFileMode(folder.File("group")));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_link_that_leads_nowhere_is_a_ring_exception_and_no_endless_loop()
    {
        using TestFolder folder = new();
        string path = folder.File("link");
        File.CreateSymbolicLink(path, folder.File("nothing"));
        RingOptions impatient = new() { OpenTimeout = TimeSpan.FromMilliseconds(30) };
        Watchdog.Run(() =>
        {
            Assert.Contains(path, Assert.Throws<RingException>(() => SpscRing.CreateOrOpen(path, impatient)).Message);
            Assert.Throws<RingException>(() => SpscRing.Create(path, impatient));
            Assert.Throws<RingNotFoundException>(() => SpscRing.Open(path, impatient));
        });
        Assert.False(File.Exists(folder.File("nothing")));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void Space_is_reserved_when_a_region_is_made()
    {
        using TestFolder folder = new();
        using SpscRing ring = SpscRing.Create(folder.File(), new RingOptions { CapacityBytes = 8 << 20, PrefaultPages = false });
        Assert.Equal(ring.GetInfo().TotalBytes, new FileInfo(folder.File()).Length);
        string blocks = Run("stat", "-c", "%b", folder.File()).Trim();
        Assert.True(long.Parse(blocks, System.Globalization.CultureInfo.InvariantCulture) * 512 >= 8 << 20, $"only {blocks} blocks are behind the file");
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_write_to_a_page_faults_only_where_pages_were_not_asked_for(bool prefault)
    {
        const int Bytes = 8 << 20, MessageBytes = 4000, Messages = 2000;
        using TestRegion region = new();
        using SpscRing made = SpscRing.Create(region, new RingOptions { CapacityBytes = Bytes, PrefaultPages = false });
        using SpscRing ring = SpscRing.Open(region, new RingOptions { PrefaultPages = prefault });
        using SpscProducer producer = ring.AttachProducer();
        byte[] message = new byte[MessageBytes];
        long before = FaultsOfThisThread();
        for (int i = 0; i < Messages; i++)
            Assert.True(producer.TryWrite(message));
        long faults = FaultsOfThisThread() - before;
        Assert.True(prefault ? faults < Messages / 8 : faults > Messages / 2, $"{faults} page faults in {Messages} messages of a page each");
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_full_file_system_is_a_storage_exception_and_leaves_no_file()
    {
        using TestFolder folder = new();
        string mount = folder.File("small");
        Directory.CreateDirectory(mount);
        if (!TryRun(out string error, "mount", "-t", "tmpfs", "-o", "size=256k", "ringshm-test", mount))
            Assert.Skip($"A small file system cannot be mounted here: {error.Trim()}");
        try
        {
            string path = Path.Combine(mount, "ring");
            RingStorageException refused = Assert.Throws<RingStorageException>(
                () => SpscRing.Create(path, new RingOptions { CapacityBytes = 1 << 20 }));
            Assert.Contains(path, refused.Message);
            Assert.Contains("bytes", refused.Message);
            Assert.IsType<IOException>(refused, exactMatch: false);
            Assert.Throws<RingStorageException>(() => SpscRing.CreateOrOpen(path, new RingOptions { CapacityBytes = 1L << 40 }));
            Assert.Empty(Directory.GetFiles(mount));
            using SpscRing small = SpscRing.Create(path, new RingOptions { CapacityBytes = 64 << 10, MaxMessageBytes = 1024 });
            Assert.True(small.CreatedNew);
        }
        finally
        {
            TryRun(out _, "umount", "-l", mount);
        }
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_ring_beyond_four_gibibytes_has_64_bit_sizes_throughout()
    {
        if (Environment.GetEnvironmentVariable("RINGSHM_LARGE_TESTS") != "1")
            Assert.Skip("Reserves 8 GiB of memory; set RINGSHM_LARGE_TESTS=1 to run it.");
        using TestRegion region = new();
        using SpscRing ring = SpscRing.Create(
            region, new RingOptions { CapacityBytes = 6L << 30, MaxMessageBytes = 1 << 30, PrefaultPages = false });
        Assert.Equal(8L << 30, ring.CapacityBytes);
        Assert.True(ring.GetInfo().TotalBytes > 9L << 30);
        using SpscProducer producer = ring.AttachProducer();
        using SpscConsumer consumer = ring.AttachConsumer();
        // Claims of a GiB reach every part of the ring, and past its end, with hardly a page touched.
        for (int i = 0; i < 20; i++)
        {
            Assert.True(producer.TryClaim(1 << 30, out Claim claim));
            using (claim)
            {
                claim.Span[0] = (byte)i;
                claim.Span[^1] = (byte)~i;
                claim.Commit(1 << 30);
            }

            Assert.True(consumer.TryRead(out Message message));
            using (message)
                Assert.Equal(((byte)i, (byte)~i, i * ((1L << 30) + 8)), (message.Span[0], message.Span[^1], message.Position));
        }

        for (int i = 0; i < 7; i++)
        {
            Assert.True(producer.TryClaim(1 << 30, out Claim claim));
            claim.Commit(1 << 30);
        }

        Assert.False(producer.TryClaim(1 << 30, out _));
        Assert.Equal(7 * ((1L << 30) + 8), ring.GetInfo().UsedBytes);
    }

    private static string Run(params string[] command)
    {
        Assert.True(TryRun(out string output, command), output);
        return output;
    }

    private static bool TryRun(out string output, params string[] command)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            output = exception.Message;
            return false;
        }
    }

    /// <summary>Those that took no disk: the tenth field of the thread's stat.</summary>
    private static long FaultsOfThisThread() => long.Parse(
        File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[7],
        System.Globalization.CultureInfo.InvariantCulture);
}
