namespace RingShm.Tests.Mapping;

/// <summary>Files that are no region, and regions that were damaged: refused in words, and left as they are.</summary>
public sealed class ForeignFileTests
{
    public static TheoryData<string> Kinds => ["text", "7 bytes", "zeros", "random", "a page of random"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_foreign_file_is_refused_by_everything_and_left_untouched(string kind)
    {
        using TestFolder folder = new();
        string path = folder.File();
        byte[] bytes = kind switch
        {
            "text" => "Dear diary, this file is not a ring."u8.ToArray(),
            "7 bytes" => "RINGSHM"u8.ToArray(),
            "zeros" => new byte[8192],
            "random" => RandomBytes(100_000),
            _ => RandomBytes(4096),
        };
        File.WriteAllBytes(path, bytes);
        DateTime written = File.GetLastWriteTimeUtc(path);
        Action[] ways =
        [
            () => SpscRing.Open(path),
            () => SpscRing.Open(path, new RingOptions { Access = RingAccess.ReadOnly }),
            () => SpscRing.Create(path),
            () => SpscRing.CreateOrOpen(path),
            () => SpscRing<int>.CreateOrOpen(path),
            () => Ring.Remove(path),
            () => Ring.Inspect(path),
            () => Ring.Verify(path),
        ];
        foreach (Action way in ways)
            Assert.Contains(path, Assert.Throws<RingCorruptException>(way).Message);
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
    }

    [Fact]
    public void A_damaged_identity_is_refused()
    {
        using TestFolder folder = new();
        string path = folder.File();
        SpscRing.Create(path).Dispose();
        FileBytes.Write(path, 0x20, [0x01]);
        foreach (Action way in new Action[] { () => SpscRing.Open(path), () => SpscRing.CreateOrOpen(path), () => Ring.Inspect(path) })
            Assert.Contains("checksum", Assert.Throws<RingCorruptException>(way).Message);
        Assert.Throws<RingExistsException>(() => SpscRing.Create(path));
        Ring.Remove(path);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_truncated_region_is_refused_with_both_lengths()
    {
        using TestFolder folder = new();
        string path = folder.File();
        SpscRing.Create(path, new RingOptions { CapacityBytes = 65536 }).Dispose();
        long whole = new FileInfo(path).Length;
        foreach (long length in new[] { whole - 1, 8192, 4096 })
        {
            using (FileStream file = new(path, FileMode.Open))
                file.SetLength(length);
            string message = Assert.Throws<RingCorruptException>(() => SpscRing.Open(path)).Message;
            Assert.Contains(length.ToString(), message);
            Assert.Contains(whole.ToString(), message);
        }

        using (FileStream file = new(path, FileMode.Open))
            file.SetLength(whole + 4096);
        SpscRing.Open(path).Dispose();
    }

    [Fact]
    public void A_region_cut_inside_its_identity_is_as_good_as_none()
    {
        using TestFolder folder = new();
        string path = folder.File();
        SpscRing.Create(path).Dispose();
        using (FileStream file = new(path, FileMode.Open))
            file.SetLength(100);
        Assert.Throws<RingNotFoundException>(() => SpscRing.Open(path));
        using SpscRing again = SpscRing.CreateOrOpen(path);
        Assert.True(again.CreatedNew);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_pipe_or_a_device_is_neither_opened_nor_removed()
    {
        using TestFolder folder = new();
        string path = folder.File("pipe");
        Watchdog.Run(() =>
        {
            using System.Diagnostics.Process maker = System.Diagnostics.Process.Start("mkfifo", path);
            maker.WaitForExit();
            Assert.Equal(0, maker.ExitCode);
            Assert.ThrowsAny<RingException>(() => SpscRing.CreateOrOpen(path));
            Assert.ThrowsAny<RingException>(() => SpscRing.Open(path));
            Assert.ThrowsAny<RingException>(() => Ring.Inspect(path));
            Assert.ThrowsAny<RingException>(() => Ring.Remove(path));
            Assert.ThrowsAny<RingException>(() => SpscRing.Open("/dev/null"));
        });
        Assert.True(File.Exists(path));
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
