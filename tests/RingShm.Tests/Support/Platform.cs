namespace RingShm.Tests;

/// <summary>
/// What a test needs of the machine, for a fact's SkipUnless: decided before the test is run, because a test
/// that skips itself by an exception hangs the runner under Wine.
/// </summary>
public static class Platform
{
    public const string LinuxFiles = "About what Linux's file systems do.";
    public const string WindowsSections = "About Windows' named sections, which go with their last user.";
    public const string WindowsFiles = "About what Windows' file systems do: other programs' locks, long paths, security descriptors.";
    public const string Futexes = "About Linux's futex_waitv, which Windows does not have: it waits on events there.";
    public const string NoSource = "This executable was copied away from its source tree; the rules are checked where it was built.";

    public static bool IsLinux => OperatingSystem.IsLinux();

    public static bool IsWindows => OperatingSystem.IsWindows();

    /// <summary>On Linux the tests are run where they were built, so that a missing tree is a failure there.</summary>
    public static bool HasSource => !OperatingSystem.IsWindows() || Tidy.SourceTree.IsHere;
}
