namespace RingShm.Tests.Processes.Support;

/// <summary>
/// What a test needs of the machine, for a fact's SkipUnless: decided before the test is run, because a test that skips itself by
/// an exception hangs the runner under Wine.
/// </summary>
public static class Platform
{
    /// <summary>A creator that dies takes a Windows section with it, so nobody ever finds the remains that these tests are about.</summary>
    public const string SectionsGoWithTheirCreator = "A Windows section goes with its creator: there are no remains to find.";

    /// <summary>Windows' creators are killed in the middle of the shipped code instead, and left half-made at each step by a unit test.</summary>
    public const string SystemCallsToKillAt = "On Windows there is no strace to kill a creator at its k-th system call with.";

    /// <summary>The name of a section lives as long as its users; <see cref="Ring.Remove"/> refuses, which a unit test shows there.</summary>
    public const string SectionsAreNotRemoved = "A Windows section in use cannot be removed: there is no successor of its name.";

    /// <summary>Pid namespaces are a thing of the Linux kernel.</summary>
    public const string Namespaces = "Windows has no pid namespaces: an id means the same process to everybody.";

    /// <summary>A process that has ended is gone there when its last handle is closed; none stays that its parent must bury.</summary>
    public const string Zombies = "Windows has no zombies: no ended process waits for its parent to bury it.";

    /// <summary>The Linux oracle asks kernel locks, not ids, and this test shows it; the Windows one compares creation times.</summary>
    public const string IdsAreReused = "On Windows the creation time is in the owner's word: an id alone is never taken for the holder.";

    /// <summary>A peer stops at its k-th access by raising SIGSTOP from inside that access; Windows can only be asked from outside.</summary>
    public const string StopsItself = "A Windows process cannot stop itself at a chosen access: suspending comes from outside, too late.";

    /// <summary>What the test counts is what strace and the futex show.</summary>
    public const string SystemCalls = "On Windows there is no strace to count the system calls with.";

    /// <summary>The kernel's refusal is strace's doing.</summary>
    public const string Barrier = "On Windows there is no membarrier, and no strace to refuse it with.";

    /// <summary>How often a thread has slept is read from its status file.</summary>
    public const string ProcessFiles = "Windows does not say how often a thread has gone to sleep by itself.";

    public static bool IsLinux => OperatingSystem.IsLinux();
}
