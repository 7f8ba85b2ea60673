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
    public static bool HasListings => RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux();

    [Theory(SkipType = typeof(SeamTests), SkipUnless = nameof(HasListings), Skip = "The listings are compared on x86-64 Linux.")]
    [InlineData("WriteThroughSeam", "WriteDirectly")]
    [InlineData("ReadThroughSeam", "ReadDirectly")]
    public void The_seam_compiles_to_the_same_machine_code_as_direct_access(string shipped, string twin)
    {
        string[] listing = Listings($"{shipped} {twin}");
        List<string> shippedCode = CodeOf(listing, shipped);
        Assert.True(shippedCode.Count > 20, string.Join('\n', listing));
        Assert.Equal(CodeOf(listing, twin), shippedCode);
    }

    [Fact(SkipType = typeof(SeamTests), SkipUnless = nameof(HasListings), Skip = "The listings are compared on x86-64 Linux.")]
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

    /// <summary>One method's instructions; a call keeps only its last name, because the twin has its own cold method.</summary>
    private static List<string> CodeOf(string[] listing, string method) =>
    [
        .. listing
            .SkipWhile(line => !line.StartsWith("; Assembly listing", StringComparison.Ordinal) || !line.Contains($":{method}(", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("; Assembly listing", StringComparison.Ordinal))
            .Where(line => line.Length > 0 && !line.StartsWith(';'))
            .Select(line => line.Trim())
            .Select(line => line.StartsWith("call", StringComparison.Ordinal) ? "call " + line[(line.LastIndexOf(':', line.LastIndexOf('(')) + 1)..] : line),
    ];
}
