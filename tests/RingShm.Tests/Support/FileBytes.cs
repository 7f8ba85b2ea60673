namespace RingShm.Tests;

/// <summary>A region file's bytes, also while it is open and mapped.</summary>
internal static class FileBytes
{
    public static byte[] Read(string path)
    {
        using FileStream file = Open(path, FileAccess.Read);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    public static void Write(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = Open(path, FileAccess.Write);
        file.Position = offset;
        file.Write(bytes);
    }

    private static FileStream Open(string path, FileAccess access) =>
        new(path, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete);
}
