namespace RingShm.Tests;

/// <summary>A folder of its own for region files and files that only pretend to be.</summary>
public sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ringshm-unit-").FullName;

    public string File(string name = "ring") => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // Windows keeps a mapped file until its last view is gone.
        }
        catch (UnauthorizedAccessException)
        {
            // The same.
        }
    }
}
