namespace RingShm.Tests.Processes.Support;

/// <summary>
/// What a test needs of the machine, for a fact's SkipUnless: decided before the test is run, because a test that skips itself by
/// an exception hangs the runner under Wine.
/// </summary>
public static class Platform
{
    public static bool IsLinux => OperatingSystem.IsLinux();
}
