namespace RingShm.Tests.Tidy;

/// <summary>One source file: its path from the repository's root, with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The folder below src/RingShm, or "" for the root and for files of other projects.</summary>
    public string Layer => Path.Split('/') is ["src", "RingShm", var folder, _, ..] ? folder : "";

    public string[] Lines => Text.Split('\n');
}

/// <summary>The repository that this test executable was built in.</summary>
internal static class SourceTree
{
    private static readonly string? Root = FindRoot();

    public static bool IsHere => Root != null;

    public static IReadOnlyList<SourceFile> Library => Read("src/RingShm", "*.cs");

    /// <summary>Everything that is compiled: library, tools, tests, benchmarks, samples.</summary>
    public static IReadOnlyList<SourceFile> Code =>
        [.. new[] { "src", "tests", "bench", "samples" }.SelectMany(folder => Read(folder, "*.cs"))];

    public static IReadOnlyList<SourceFile> Documents => [.. Read("docs", "*.md"), .. Top("*.md"), .. Top("*.props"), .. Read(".ci", "*")];

    /// <summary>What runs builds and tests by itself.</summary>
    public static IReadOnlyList<SourceFile> Automation => [.. Read(".github/workflows", "*.yml"), .. Read(".ci", "*")];

    /// <summary>True when there is a file or a folder at this path from the root.</summary>
    public static bool Has(string path) => System.IO.Path.Exists(System.IO.Path.Combine(Existing(), path));

    public static SourceFile File(string path) => Load(System.IO.Path.Combine(Existing(), path));

    private static IEnumerable<SourceFile> Top(string pattern) => Directory.EnumerateFiles(Existing(), pattern).Select(Load);

    private static IReadOnlyList<SourceFile> Read(string folder, string pattern)
    {
        string start = System.IO.Path.Combine(Existing(), folder);
        return Directory.Exists(start)
            ? [.. Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories).Where(IsSource).Order(StringComparer.Ordinal).Select(Load)]
            : [];
    }

    private static SourceFile Load(string path) => new(Relative(path), System.IO.File.ReadAllText(path).ReplaceLineEndings("\n"));

    private static bool IsSource(string path) =>
        !Relative(path).Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "BenchmarkDotNet.Artifacts");

    private static string Relative(string path) => System.IO.Path.GetRelativePath(Root!, path).Replace('\\', '/');

    private static string Existing() =>
        Root ?? throw new DirectoryNotFoundException($"There is no RingShm.sln above {AppContext.BaseDirectory}.");

    private static string? FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "RingShm.sln")))
                return folder.FullName;
        }

        return null;
    }
}
