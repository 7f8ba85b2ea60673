using System.Reflection;

namespace RingShm.Tests;

/// <summary>Files that travel inside the test executable.</summary>
internal static class Embedded
{
    public static string[] Lines(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new FileNotFoundException($"The test executable holds no {name}.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
    }
}
