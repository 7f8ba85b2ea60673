namespace RingShm.Tests;

internal static class Platform
{
    public static void SkipUnlessLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "About what Linux's file systems do.");
}
