using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Cli;

/// <summary>How a command ended and what it wrote.</summary>
internal sealed record CliResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Requires success, with nothing to complain about.</summary>
    public CliResult ExpectDone()
    {
        if (ExitCode != 0 || Error.Length > 0)
            Assert.Fail($"Exit code {ExitCode}: {Error}");
        return this;
    }

    /// <summary>Requires this exit code and one line on standard error with these words in it, and no stack trace.</summary>
    public void ExpectFailure(int exitCode, params string[] words)
    {
        Assert.Equal((exitCode, Error), (ExitCode, Error));
        Assert.StartsWith("ringshm: ", Error, StringComparison.Ordinal);
        Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", Error, StringComparison.Ordinal);
        foreach (string word in words)
            Assert.Contains(word, Error, StringComparison.Ordinal);
    }
}

/// <summary>A running ringshm, or a finished one. Its standard streams are plain pipes.</summary>
internal sealed partial class Ringshm : IDisposable
{
    private const int SignalInterrupt = 2;

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly string _commandLine;

    private Ringshm(string program, string folder, string[] arguments)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["RINGSHM_DIR"] = folder;
        start.Environment["DOTNET_TieredPGO"] = "0";
        _commandLine = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Copied beside the tests by the project reference.</summary>
    public static string Executable { get; } = Path.Combine(
        AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "RingShm.Cli.exe" : "RingShm.Cli");

    public int Id => _process.Id;

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    public bool HasExited => _process.HasExited;

    /// <summary>
    /// Starts it with Ctrl-C as a terminal would have it: a shell's background jobs, the tests perhaps among them, ignore that
    /// signal, and what they start inherits it. The program that resets it becomes the command, so the process id is the same.
    /// </summary>
    public static Ringshm Start(string folder, params string[] arguments) => OperatingSystem.IsLinux()
        ? new("/usr/bin/env", folder, ["--default-signal=INT", Executable, .. arguments])
        : new(Executable, folder, arguments);

    /// <summary>Starts another program, which starts it.</summary>
    public static Ringshm StartThrough(string program, string folder, params string[] arguments) => new(program, folder, arguments);

    /// <summary>Runs a command to its end.</summary>
    public static CliResult Run(string folder, byte[] input, params string[] arguments)
    {
        using Ringshm command = Start(folder, arguments);
        command.Feed(input);
        return command.Finish();
    }

    /// <summary>Feeds standard input, on the side, and ends it. A command that ends earlier is no failure here.</summary>
    public void Feed(byte[] input) => _ = Task.Run(() =>
    {
        try
        {
            Input.Write(input);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want all of it; its exit code says why.
        }
    });

    /// <summary>Reads standard output to its end and waits for the command's.</summary>
    public CliResult Finish()
    {
        using MemoryStream bytes = new();
        Task reading = Output.CopyToAsync(bytes);
        if (!reading.Wait(Watchdog.Limit) || !_process.WaitForExit(Watchdog.Limit) || !_error.Wait(Watchdog.Limit))
            Assert.Fail($"Hung: {_commandLine}");
        return new CliResult(_process.ExitCode, bytes.ToArray(), _error.Result);
    }

    /// <summary>Waits for the end of a command whose output nobody reads to the end.</summary>
    public CliResult FinishUnread()
    {
        if (!_process.WaitForExit(Watchdog.Limit) || !_error.Wait(Watchdog.Limit))
            Assert.Fail($"Hung: {_commandLine}");
        return new CliResult(_process.ExitCode, [], _error.Result);
    }

    /// <summary>Reads exactly this many bytes of output.</summary>
    public byte[] ReadOutput(int count)
    {
        byte[] bytes = new byte[count];
        Task reading = Output.ReadExactlyAsync(bytes).AsTask();
        if (!reading.Wait(Watchdog.Limit))
            Assert.Fail($"Hung: {_commandLine} printed fewer than {count.ToString(CultureInfo.InvariantCulture)} bytes");
        return bytes;
    }

    /// <summary>Ctrl-C.</summary>
    public void Interrupt() => Assert.Equal(0, Signal(Id, SignalInterrupt));

    /// <summary>SIGKILL. Returns when the kernel has buried it.</summary>
    public void Kill()
    {
        _process.Kill();
        _ = _process.WaitForExit(Watchdog.Limit);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int processId, int signal);
}
