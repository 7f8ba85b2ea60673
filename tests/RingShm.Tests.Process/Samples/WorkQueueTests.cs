using RingShm.Tests.Processes.Cli;

namespace RingShm.Tests.Processes.Samples;

/// <summary>The sample does what it says.</summary>
public sealed class WorkQueueTests
{
    /// <summary>Copied beside the tests by the project reference.</summary>
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "WorkQueue.exe" : "WorkQueue");

    [Fact]
    public void No_job_is_lost_when_a_worker_is_killed()
    {
        using CliScene scene = new();
        using Ringshm sample = Ringshm.StartThrough(Executable, scene.Folder);
        string text = sample.Finish().ExpectDone().Text;
        Assert.Contains("Killed worker", text, StringComparison.Ordinal);
        Assert.Contains("All 600 jobs were done", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Split('\n').Count(line => line.StartsWith("Worker ", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetFiles(scene.Folder));
    }
}
