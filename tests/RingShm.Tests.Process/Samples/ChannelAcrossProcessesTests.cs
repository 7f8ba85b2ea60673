using RingShm.Tests.Processes.Cli;

namespace RingShm.Tests.Processes.Samples;

/// <summary>The sample does what it says.</summary>
public sealed class ChannelAcrossProcessesTests
{
    /// <summary>Copied beside the tests by the project reference.</summary>
    private static readonly string Executable = Path.Combine(
        AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "ChannelAcrossProcesses.exe" : "ChannelAcrossProcesses");

    [Fact]
    public void Code_for_channels_gives_the_same_in_one_process_and_across_two()
    {
        using CliScene scene = new();
        using Ringshm sample = Ringshm.StartThrough(Executable, scene.Folder);
        string text = sample.Finish().ExpectDone().Text;
        Assert.Contains("After: 100000 readings across two processes", text, StringComparison.Ordinal);
        Assert.Contains("The same.", text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scene.Folder));
    }
}
