using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;
using RingShm.Mapping;

namespace RingShm.Tests.Mapping;

/// <summary>Region files on Windows that other programs hold, that vanish, or whose paths lead nowhere: one clear error each.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsFileTests
{
    private const string LocalSystem = "S-1-5-18";

    private static readonly RingOptions Impatient = new() { OpenTimeout = TimeSpan.FromMilliseconds(30) };

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_another_program_has_to_itself_is_an_access_exception_and_left_as_it_is(bool isRegion)
    {
        using TestFolder folder = new();
        string path = folder.File();
        if (isRegion)
            SpscRing.Create(path).Dispose();
        else
            File.WriteAllBytes(path, []);
        byte[] before = File.ReadAllBytes(path);
        using (FileStream scanner = new(path, FileMode.Open, FileAccess.Read, FileShare.None))
        {
            Action[] ways =
            [
                () => SpscRing.Open(path, Impatient), () => SpscRing.Create(path, Impatient), () => SpscRing.CreateOrOpen(path, Impatient),
                () => Ring.Inspect(path), () => Ring.Verify(path), () => Ring.Remove(path),
            ];
            foreach (Action way in ways)
                ExpectOneLine(Assert.Throws<RingAccessDeniedException>(way), path, "another program");
        }

        Assert.Equal(before, File.ReadAllBytes(path));
        using SpscRing ring = SpscRing.CreateOrOpen(path);
        Assert.Equal(!isRegion, ring.CreatedNew);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    public void A_scanner_that_lets_go_is_waited_for()
    {
        using TestFolder folder = new();
        string path = folder.File();
        SpscRing.Create(path).Dispose();
        FileStream scanner = new(path, FileMode.Open, FileAccess.Read, FileShare.None);
        using Barrier start = new(2);
        Watchdog.Run(
            () =>
            {
                start.SignalAndWait();
                Thread.Sleep(100);
                scanner.Dispose();
            },
            () =>
            {
                start.SignalAndWait();
                using SpscRing ring = SpscRing.Open(path);
                Assert.False(ring.CreatedNew);
            });
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    public void A_file_is_named_until_it_is_removed_and_its_successor_is_not_mistaken_for_it()
    {
        using TestFolder folder = new();
        string path = folder.File();
        File.WriteAllText(path, "first");
        using SafeFileHandle first = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Assert.True(RegularFile.IsNamed(first, path));
        File.Move(path, folder.File("moved"));
        Assert.False(RegularFile.IsNamed(first, path));
        File.WriteAllText(path, "second");
        Assert.False(RegularFile.IsNamed(first, path));
        using SafeFileHandle second = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Assert.True(RegularFile.IsNamed(second, path));
        second.Dispose();
        File.Delete(path);
        Assert.False(RegularFile.IsNamed(first, path));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    public void A_file_that_vanishes_is_not_found_and_made_anew()
    {
        using TestFolder folder = new();
        string path = folder.File();
        SpscRing.Create(path).Dispose();
        Ring.Remove(path);
        foreach (Action way in new Action[] { () => SpscRing.Open(path), () => Ring.Inspect(path), () => Ring.Remove(path) })
            ExpectOneLine(Assert.Throws<RingNotFoundException>(way), path);
        using SpscRing anew = SpscRing.CreateOrOpen(path);
        Assert.True(anew.CreatedNew);
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    public void A_path_longer_than_260_characters_is_a_path()
    {
        using TestFolder folder = new();
        string deep = folder.File(string.Join('\\', Enumerable.Repeat(new string('d', 60), 6)));
        Directory.CreateDirectory(deep);
        string path = Path.Combine(deep, "ring");
        Assert.True(path.Length > 360);
        using (SpscRing ring = SpscRing.Create(path))
        using (SpscRing opened = SpscRing.Open(path))
            Assert.False(opened.CreatedNew);
        Ring.Remove(path);
        Assert.False(File.Exists(path));
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    [InlineData(300, 1)]
    [InlineData(200, 200)]
    public void A_path_too_long_for_the_system_is_a_ring_exception_of_one_line(int name, int folders)
    {
        using TestFolder folder = new();
        string path = folder.File(string.Join('\\', Enumerable.Repeat(new string('x', name), folders)));
        foreach (Action way in new Action[] { () => SpscRing.Create(path), () => SpscRing.Open(path), () => SpscRing.CreateOrOpen(path), () => Ring.Inspect(path), () => Ring.Remove(path) })
            ExpectOneLine(Assert.ThrowsAny<RingException>(way));
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    [InlineData("a|b")]
    [InlineData("a<b")]
    [InlineData("a*")]
    [InlineData("a?")]
    [InlineData("a\"b")]
    public void A_path_with_characters_that_no_file_has_is_a_ring_exception(string name)
    {
        using TestFolder folder = new();
        string path = folder.File(name);
        foreach (Action way in new Action[] { () => SpscRing.Create(path), () => SpscRing.Open(path), () => SpscRing.CreateOrOpen(path), () => Ring.Remove(path) })
            ExpectOneLine(Assert.ThrowsAny<RingException>(way), path);
    }

    [Theory(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    [InlineData(@"\\.\NUL")]
    [InlineData(@"\\.\pipe\ringshm-no-such-pipe")]
    public void A_device_or_a_pipe_is_a_ring_exception(string path)
    {
        foreach (Action way in new Action[] { () => SpscRing.Open(path), () => SpscRing.CreateOrOpen(path), () => Ring.Inspect(path) })
            ExpectOneLine(Assert.ThrowsAny<RingException>(way));
    }

    /// <summary>Only what the file itself says: no right of the folder's is inherited, nobody is granted what the options do not.</summary>
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsWindows), Skip = Platform.WindowsFiles)]
    public void A_region_file_is_its_owners_alone_unless_asked_otherwise()
    {
        using TestFolder folder = new();
        using SpscRing ring = SpscRing.Create(folder.File());
        using WindowsIdentity identity = WindowsIdentity.GetCurrent();
        AuthorizationRuleCollection rules = new FileInfo(folder.File()).GetAccessControl()
            .GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier));
        string[] granted = [.. rules.Cast<FileSystemAccessRule>()
            .Where(static rule => rule.AccessControlType == AccessControlType.Allow && rule.FileSystemRights.HasFlag(FileSystemRights.WriteData))
            // Wine, which keeps permissions as Unix does, grants everything to the system itself.
            .Select(static rule => rule.IdentityReference.Value).Where(static sid => sid != LocalSystem).Distinct()];
        Assert.Equal([identity.User!.Value], granted);
    }

    private static void ExpectOneLine(RingException exception, params string[] words)
    {
        Assert.DoesNotContain(exception.Message, char.IsControl);
        foreach (string word in words)
            Assert.Contains(word, exception.Message);
    }
}
