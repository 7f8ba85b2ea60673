using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FsCheck.Xunit;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// How long the suite runs. By default it takes a minute or two. With the environment variable RINGSHM_SOAK_SECONDS=N every
/// property, kill loop and fuzz run goes on for about N seconds each, drawing new cases all the time. RINGSHM_THIN=N is the other
/// way round, for where a process takes long to start (under Wine, under an emulator): an N-th of the cases, and of the accesses
/// of an operation every N-th.
/// </summary>
internal static class Soak
{
    public static TimeSpan? Duration { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("RINGSHM_SOAK_SECONDS"), CultureInfo.InvariantCulture, out long seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>1, or N with RINGSHM_THIN=N.</summary>
    public static int Thin { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("RINGSHM_THIN"), CultureInfo.InvariantCulture, out int thin) && thin > 1 ? thin : 1;

    /// <summary>How many cases a property draws when each takes about this long.</summary>
    public static int Cases(int normally, double secondsPerCase) =>
        Duration is { } duration ? Math.Max(normally, (int)Math.Min(int.MaxValue, duration.TotalSeconds / secondsPerCase)) : Math.Max(1, normally / Thin);
}

/// <summary>A property whose every case starts processes: few cases, more in a soak. A failure prints its replay seed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[SuppressMessage("Extensibility", "xUnit3003:Classes which extend FactAttribute should provide a public constructor for source information", Justification = "The base class takes none.")]
public sealed class ProcessPropertyAttribute : PropertyAttribute
{
    /// <summary>Creates the attribute for a property whose cases take about half a second each.</summary>
    public ProcessPropertyAttribute(int cases)
    {
        MaxTest = Soak.Cases(cases, secondsPerCase: 0.5);
        Cases = cases;
    }

    /// <summary>Cases drawn without a soak.</summary>
    public int Cases { get; }
}
