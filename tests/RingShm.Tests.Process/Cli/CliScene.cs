using System.Text;

namespace RingShm.Tests.Processes.Cli;

/// <summary>A folder of rings that belongs to one test and goes with it.</summary>
internal sealed class CliScene : IDisposable
{
    /// <summary>Memory where there is a folder of it.</summary>
    private static readonly string Root = OperatingSystem.IsLinux() ? "/dev/shm" : Path.GetTempPath();

    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(Root, $"ringshm-cli-{Guid.NewGuid():N}")).FullName;

    /// <summary>The path of a ring's file.</summary>
    public string PathOf(string ring) => Path.Combine(Folder, ring);

    /// <summary>How commands call the ring: by its name in the folder of names on Linux, by its file where names are not files.</summary>
    public string NameOf(string ring) => OperatingSystem.IsLinux() ? ring : PathOf(ring);

    public CliResult Run(params string[] arguments) => Ringshm.Run(Folder, [], arguments);

    public CliResult RunWith(byte[] input, params string[] arguments) => Ringshm.Run(Folder, input, arguments);

    public CliResult RunWith(string input, params string[] arguments) => Ringshm.Run(Folder, Encoding.UTF8.GetBytes(input), arguments);

    public Ringshm Start(params string[] arguments) => Ringshm.Start(Folder, arguments);

    /// <summary>Makes a ring and returns how commands call it.</summary>
    public string Create(string ring, params string[] options)
    {
        string name = NameOf(ring);
        Run(["create", name, .. options]).ExpectDone();
        return name;
    }

    public RingInfo Inspect(string ring) => Ring.Inspect(RegionName.FromPath(PathOf(ring)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
