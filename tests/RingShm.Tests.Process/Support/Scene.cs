using System.Globalization;
using RingShm.Interop;
using RingShm.Layout;
using RingShm.Mapping;
using RingShm.TestPeer;

namespace RingShm.Tests.Processes.Support;

/// <summary>How far a creator has come.</summary>
internal enum Creation
{
    None,
    Begun,
    Published,
}

/// <summary>
/// One ring under test: its unique name, its ledger, the processes that use it. Disposing ends the processes and removes the
/// region.
/// </summary>
internal sealed class Scene : IDisposable
{
    private readonly List<Peer> _peers = [];
    private readonly string _ledgerPath;
    private readonly List<string> _files = [];
    private IDisposable? _ring;

    public Scene(long ledgerEntries = 0)
    {
        string id = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        Name = $"ringshm-test-{id}";
        _ledgerPath = Path.Combine(Path.GetTempPath(), $"ringshm-ledger-{id}");
        Ledger = Ledger.Create(_ledgerPath, ledgerEntries);
    }

    /// <summary>A region of this name is removed at the end; no test shares it with another.</summary>
    public string Name { get; }

    public Ledger Ledger { get; }

    /// <summary>Creates the ring and keeps it open: Windows' sections live as long as somebody has them open.</summary>
    public SpscRing CreateRing(long capacityBytes = 4096, long maxMessageBytes = 0)
    {
        SpscRing ring = SpscRing.Create(Name, new RingOptions { CapacityBytes = capacityBytes, MaxMessageBytes = maxMessageBytes });
        _ring = ring;
        return ring;
    }

    /// <summary>The same for a typed ring.</summary>
    public SpscRing<T> CreateTypedRing<T>(long capacityBytes) where T : unmanaged
    {
        SpscRing<T> ring = SpscRing<T>.Create(Name, new RingOptions { CapacityBytes = capacityBytes });
        _ring = ring;
        return ring;
    }

    /// <summary>Creates an MPMC ring and keeps it open.</summary>
    public MpmcRing CreateMpmcRing(RingOptions options)
    {
        MpmcRing ring = MpmcRing.Create(Name, options);
        _ring = ring;
        return ring;
    }

    /// <summary>The same for a typed one.</summary>
    public MpmcRing<T> CreateTypedMpmcRing<T>(RingOptions options) where T : unmanaged
    {
        MpmcRing<T> ring = MpmcRing<T>.Create(Name, options);
        _ring = ring;
        return ring;
    }

    /// <summary>Creates a broadcast ring and keeps it open.</summary>
    public BroadcastRing CreateBroadcastRing(RingOptions options)
    {
        BroadcastRing ring = BroadcastRing.Create(Name, options);
        _ring = ring;
        return ring;
    }

    /// <summary>Creates a state cell and keeps it open.</summary>
    public StateCell CreateStateCell(RingOptions options)
    {
        StateCell cell = StateCell.Create(Name, options);
        _ring = cell;
        return cell;
    }

    /// <summary>Starts a peer on this ring and this ledger.</summary>
    public Peer Start(string command, params string[] arguments) => StartOn(Name, command, arguments);

    /// <summary>Starts a peer on another ring and this ledger.</summary>
    public Peer StartOn(string ring, string command, params string[] arguments)
    {
        Peer peer = Peer.Start(command, [$"ring={ring}", $"ledger={_ledgerPath}", .. arguments]);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>Starts a peer through another program.</summary>
    public Peer StartThrough(string program, string[] programArguments, string command, params string[] arguments)
    {
        Peer peer = Peer.StartProgram(
            program, [.. programArguments, Peer.Executable, command, $"ring={Name}", $"ledger={_ledgerPath}", .. arguments]);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>Linux: the region's file.</summary>
    public string FilePath => Path.Combine(Mapping.RegionDirectory.Folder, Name);

    public string LedgerPath => _ledgerPath;

    /// <summary>A file of the test's own; removed at the end.</summary>
    public string PathBeside(string what)
    {
        string path = $"{_ledgerPath}-{what}";
        if (!_files.Contains(path))
            _files.Add(path);
        return path;
    }

    /// <summary>Linux: a second region with the same bytes, in which nobody who is attached to this one is alive.</summary>
    public Copy MakeCopy()
    {
        string name = $"{Name}-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..8]}";
        File.Copy(FilePath, Path.Combine(Mapping.RegionDirectory.Folder, name));
        return new Copy(name);
    }

    /// <summary>A copied region; disposing removes it.</summary>
    public sealed class Copy(string name) : IDisposable
    {
        public string Name { get; } = name;

        public void Dispose() => Ring.Remove(Name);
    }

    /// <summary>Changes one word of the region from outside, as a dead or a hostile process would have left it.</summary>
    public unsafe void StoreWord(long offset, long value)
    {
        if (OperatingSystem.IsWindows())
        {
            // A section has no file to write to; it is mapped as its users map it.
            RingRegion region = new(new RegionRequest(Name, RegionMode.Open, new RingOptions(), RingKind.None, 0));
            Volatile.Write(ref *(long*)(region.Base + offset), value);
            region.ReleaseReference();
            return;
        }

        using FileStream file = new(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Position = offset;
        file.Write(BitConverter.GetBytes(value));
    }

    /// <summary>How far the creator of this region has come, seen from outside.</summary>
    public static unsafe Creation CreationOf(RegionName region)
    {
        if (OperatingSystem.IsWindows() && !region.IsPath)
        {
            using SectionHandle section = NativeWindows.OpenFileMapping(NativeWindows.MapRead, inherit: false, RegionSection.ObjectName(region));
            if (section.IsInvalid)
                return Creation.None;
            using MappedView view = MappedView.MapWindows(section, writable: false, region.Value);
            return Volatile.Read(ref *(long*)(view.Base + HeaderLayout.ReadyOffset)) == HeaderLayout.ReadyValue ? Creation.Published : Creation.Begun;
        }

        string path = region.IsPath ? region.Value : Path.Combine(RegionDirectory.Folder, region.Value);
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return Creation.None;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] page = new byte[HeaderLayout.PageBytes];
        return file.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) == page.Length
            && BitConverter.ToInt64(page, HeaderLayout.ReadyOffset) == HeaderLayout.ReadyValue ? Creation.Published : Creation.Begun;
    }

    public RingInfo Inspect() => Ring.Inspect(Name);

    public void ExpectClean() => ExpectClean(Name);

    public static void ExpectClean(string name)
    {
        RingVerification verification = Ring.Verify(name);
        if (!verification.IsClean)
            Assert.Fail($"{name} is damaged: {string.Join("; ", verification.Problems)}");
    }

    public void Dispose()
    {
        foreach (Peer peer in _peers)
            peer.Dispose();
        _ring?.Dispose();
        Ledger.Dispose();
        File.Delete(_ledgerPath);
        _files.ForEach(File.Delete);
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            Ring.Remove(Name);
        }
        catch (RingNotFoundException)
        {
            // The test removed it itself, or never made it.
        }
    }

    /// <summary>The words that tell both sides which stream this is.</summary>
    public static string[] StreamArguments(long seed, SizeMix sizes, MessageNumber number) =>
    [
        $"seed={seed.ToString(CultureInfo.InvariantCulture)}", $"sizes={sizes}", $"number={number}",
    ];
}
