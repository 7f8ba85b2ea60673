using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Damaged regions, used by a child process under a watchdog. Whatever the bytes are: no signal, no hang, no exception but the
/// named ones, no data outside the ring's limits. Thousands of cases here, millions with RINGSHM_SOAK_SECONDS (see
/// <see cref="Soak"/>). A failure prints the command line that plays its case again. Out of scope, because the kernel sends
/// SIGBUS and no user code can prevent it: somebody else truncating a file that is mapped.
/// </summary>
public sealed class CorruptionTests
{
    private const int CasesNormally = 8_000;

    [Fact]
    public void Regions_damaged_at_rest_yield_named_errors_or_plain_data() => Fuzz(isInUse: false);

    [Fact]
    public void Regions_damaged_under_a_live_participant_yield_named_errors_or_plain_data() => Fuzz(isInUse: true);

    private static void Fuzz(bool isInUse)
    {
        using Scene scene = new();
        long seed = Random.Shared.NextInt64(1_000_000_000);
        string path = OperatingSystem.IsWindows() ? Path.Combine(Path.GetTempPath(), scene.Name) : scene.FilePath;
        string[] words = [$"seed={seed.ToString(CultureInfo.InvariantCulture)}", $"inuse={(isInUse ? 1 : 0)}", $"path={path}"];
        long cases = Soak.Duration == null ? CasesNormally / Soak.Thin : long.MaxValue / 2;
        Peer fuzzer = scene.Start("fuzz", [.. words, $"cases={cases.ToString(CultureInfo.InvariantCulture)}"]);
        long stopAt = Environment.TickCount64 + (long)(Soak.Duration ?? Watchdog.Limit).TotalMilliseconds;
        string replay = $"; play it again: {string.Join(' ', words)} first=N cases=1";
        Watchdog.UntilWithProgress(
            () =>
            {
                scene.Ledger.IsStopped |= Environment.TickCount64 > stopAt;
                return fuzzer.HasExited;
            },
            () => scene.Ledger.Progress,
            "a damaged region" + replay);
        int exitCode = fuzzer.WaitForExit();
        TestContext.Current.TestOutputHelper?.WriteLine($"{scene.Ledger.Progress + 1} cases{replay}");
        Assert.True(exitCode == 0, $"Exit code {exitCode} in case {scene.Ledger.Progress}{replay}\n{fuzzer.Description}");
    }
}
