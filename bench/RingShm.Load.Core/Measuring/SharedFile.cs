using System.IO.MemoryMappedFiles;

namespace RingShm.Load.Measuring;

/// <summary>
/// A mapped file that two processes share: in /dev/shm where there is one, so that the yardstick runs over the same kind of
/// memory as the rings that it is compared with.
/// </summary>
internal sealed unsafe class SharedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly string? _pathToDelete;

    private SharedFile(MemoryMappedFile file, string? pathToDelete)
    {
        _file = file;
        _view = file.CreateViewAccessor();
        _pathToDelete = pathToDelete;
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
    }

    public byte* Start { get; }

    public static string Folder { get; } = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>Makes a file of zeros; its creator deletes it when it disposes this.</summary>
    public static SharedFile Create(string name, long bytes)
    {
        string path = Path.Combine(Folder, name);
        FileStream stream = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            stream, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        SharedFile shared = new(file, path);
        // Pages are made now, not in the first burst.
        new Span<byte>(shared.Start, checked((int)bytes)).Clear();
        return shared;
    }

    public static SharedFile Open(string name)
    {
        string path = Path.Combine(Folder, name);
        FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        long bytes = stream.Length;
        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        SharedFile shared = new(file, null);
        long sum = 0;
        for (long offset = 0; offset < bytes; offset += Environment.SystemPageSize)
            sum += Volatile.Read(ref shared.Start[offset]);
        GC.KeepAlive(sum);
        return shared;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_pathToDelete != null)
            File.Delete(_pathToDelete);
    }
}
