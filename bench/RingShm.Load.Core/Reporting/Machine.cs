using System.Reflection;

namespace RingShm.Load.Reporting;

/// <summary>What a figure must travel with.</summary>
internal sealed record Machine(
    string Cpu, int Cores, string System, string Kernel, string Runtime, string Jit, string Version, string Yardstick, string Command)
{
    public static Machine Describe(string yardstick)
    {
        string version = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";
        string[] jit =
        [
            .. Environment.GetEnvironmentVariables().Cast<global::System.Collections.DictionaryEntry>()
                .Where(entry => ((string)entry.Key).StartsWith("DOTNET_Tiered", StringComparison.Ordinal)
                    || ((string)entry.Key).StartsWith("DOTNET_TC_", StringComparison.Ordinal))
                .Select(entry => $"{entry.Key}={entry.Value}"),
        ];
        return new Machine(
            CpuName(),
            Environment.ProcessorCount,
            RuntimeInformation.OSDescription,
            KernelName(),
            RuntimeInformation.FrameworkDescription + " " + RuntimeInformation.RuntimeIdentifier,
            jit.Length == 0 ? "default (tiered, profiled), warmed up to its last tier" : string.Join(' ', jit),
            version,
            yardstick,
            // Where this machine keeps its files is nobody else's business.
            string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Prepend("RingShm.Load")
                .Select(argument => Path.IsPathRooted(argument) ? Path.GetFileName(argument) : argument)));
    }

    private static string CpuName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        if (!File.Exists(CpuInfo))
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        string? line = File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string KernelName()
    {
        const string Release = "/proc/sys/kernel/osrelease";
        return File.Exists(Release) ? "Linux " + File.ReadAllText(Release).Trim() : Environment.OSVersion.VersionString;
    }
}
