using System.Diagnostics;
using System.Runtime.InteropServices;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// The seam between protocols and memory costs nothing: the JIT's listings of the shipped paths and of twins written without it
/// are the same (docs/adr/0005).
/// </summary>
public sealed class SeamTests
{
    /// <summary>
    /// The process suite runs these wherever CI decides, which is x86-64 Linux. Elsewhere there is nothing that they could judge: ARM64 writes a
    /// call and a locked instruction with other words (bl, ldaxr, casal), so that looking for "call" and "lock" would find none whatever the
    /// code does, and Wine's exit codes do not tell whether the peer that writes the listing got to its end.
    /// </summary>
    private const string NoListings =
        "The listings are judged by x86-64's words for calls and locked instructions, which ARM64 does not use; Windows compiles the same sources, by the same JIT, and under Wine the listing may be cut short.";

    public static bool HasListings => RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux();

    [Theory(SkipType = typeof(SeamTests), SkipUnless = nameof(HasListings), Skip = NoListings)]
    [InlineData("WriteThroughSeam", "WriteDirectly")]
    [InlineData("ReadThroughSeam", "ReadDirectly")]
    public void The_seam_compiles_to_the_same_machine_code_as_direct_access(string shipped, string twin)
    {
        string[] listing = Listings($"{shipped} {twin}");
        List<string> shippedCode = CodeOf(listing, shipped);
        Assert.True(shippedCode.Count > 20, string.Join('\n', listing));
        Assert.Equal(CodeOf(listing, twin), shippedCode);
    }

    [Fact(SkipType = typeof(SeamTests), SkipUnless = nameof(HasListings), Skip = NoListings)]
    public void The_paths_of_one_value_have_no_call_and_no_locked_instruction()
    {
        string[] listing = Listings("WriteThroughSeam ReadThroughSeam");
        List<string> code = [.. CodeOf(listing, "WriteThroughSeam"), .. CodeOf(listing, "ReadThroughSeam")];
        Assert.DoesNotContain(code, line => line.Contains("lock", StringComparison.Ordinal));
        Assert.DoesNotContain(code, line => line.StartsWith("call", StringComparison.Ordinal));
    }

    private static string[] Listings(string methods)
    {
        string file = Path.Combine(Path.GetTempPath(), $"ringshm-jit-{Guid.NewGuid():N}.txt");
        try
        {
            ProcessStartInfo start = new(Peer.Executable, "seam");
            start.Environment["DOTNET_TieredCompilation"] = "0";
            start.Environment["DOTNET_JitStdOutFile"] = file;
            start.Environment["DOTNET_JitDisasm"] = methods;
            using Process process = Process.Start(start)!;
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)), "The peer hangs.");
            Assert.Equal(0, process.ExitCode);
            return File.ReadAllLines(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>One method's instructions.</summary>
    private static List<string> CodeOf(string[] listing, string method) =>
    [
        .. listing
            .SkipWhile(line => !line.StartsWith("; Assembly listing", StringComparison.Ordinal) || !line.Contains($":{method}(", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("; Assembly listing", StringComparison.Ordinal))
            .Where(line => line.Length > 0 && !line.StartsWith(';'))
            .Select(line => line.Trim()),
    ];
}
