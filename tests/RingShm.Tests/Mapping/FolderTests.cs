namespace RingShm.Tests.Mapping;

/// <summary>Changes the process's environment, so nothing else may run beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "environment";
}

[Collection(AloneInTheProcess.Name)]
public sealed class FolderTests
{
    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void RINGSHM_DIR_moves_the_folder_of_names()
    {
        using TestFolder folder = new();
        using Folder moved = new(folder.Path);
        string name = TestRegion.NewName();
        using SpscRing ring = SpscRing.Create(name);
        Assert.True(File.Exists(folder.File(name)));
        Assert.False(File.Exists("/dev/shm/" + name));
        Assert.Equal([name], Ring.List());
        Assert.Equal(name, Ring.Inspect(name).Name);
        Ring.Remove(name);
        Assert.Empty(Ring.List());
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void The_list_leaves_out_what_is_no_region_and_does_not_wait_for_pipes()
    {
        using TestFolder folder = new();
        using Folder moved = new(folder.Path);
        SpscRing.Create("b-ring").Dispose();
        SpscRing.Create("a-ring").Dispose();
        File.WriteAllText(folder.File("text"), "not a ring");
        File.WriteAllText(folder.File("empty"), "");
        File.WriteAllBytes(folder.File("bad name"), File.ReadAllBytes(folder.File("a-ring")));
        Directory.CreateDirectory(folder.File("folder"));
        File.CreateSymbolicLink(folder.File("dangling"), folder.File("nothing"));
        using (System.Diagnostics.Process maker = System.Diagnostics.Process.Start("mkfifo", folder.File("pipe")))
            maker.WaitForExit();
        Watchdog.Run(() => Assert.Equal(["a-ring", "b-ring"], Ring.List()));
    }

    [Fact(SkipType = typeof(Platform), SkipUnless = nameof(Platform.IsLinux), Skip = Platform.LinuxFiles)]
    public void A_folder_that_is_not_there_is_a_ring_exception()
    {
        using TestFolder folder = new();
        using Folder moved = new(folder.File("none"));
        Assert.ThrowsAny<RingException>(() => Ring.List());
        Assert.ThrowsAny<RingException>(() => SpscRing.Create("ring"));
        Assert.ThrowsAny<RingException>(() => SpscRing.Open("ring"));
        Assert.ThrowsAny<RingException>(() => Ring.Remove("ring"));
    }

    private sealed class Folder : IDisposable
    {
        private readonly string? _before = Environment.GetEnvironmentVariable("RINGSHM_DIR");

        public Folder(string path) => Environment.SetEnvironmentVariable("RINGSHM_DIR", path);

        public void Dispose() => Environment.SetEnvironmentVariable("RINGSHM_DIR", _before);
    }
}
