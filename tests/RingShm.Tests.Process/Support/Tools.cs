namespace RingShm.Tests.Processes.Support;

/// <summary>Programs of the machine that some tests need; without them a test is skipped and says so.</summary>
internal static class Tools
{
    /// <summary>The full path of a program, or skips the test.</summary>
    public static string Require(string program)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), $"{program} is a Linux program.");
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(path == null, $"{program} is not installed; .ci/run installs it.");
        return path!;
    }
}
