using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RingShm.Tests.Processes.Support;

/// <summary>A child process of the test: the peer executable, or another program that runs it.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly StringBuilder _transcript = new();
    private readonly string _commandLine;
    private bool _isDisposed;

    private Peer(string file, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _commandLine = $"{Path.GetFileName(file)} {string.Join(' ', start.ArgumentList)}";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Receive(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Receive(line.Data, isOutput: false);
        _ = _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>
    /// The peer's executable, copied beside the tests by the project reference; or the one that RINGSHM_PEER names, as one that was
    /// compiled to native code.
    /// </summary>
    public static string Executable { get; } = Environment.GetEnvironmentVariable("RINGSHM_PEER") is { Length: > 0 } peer
        ? Path.GetFullPath(peer)
        : Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "RingShm.TestPeer.exe" : "RingShm.TestPeer");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Description
    {
        get
        {
            lock (_transcript)
                return $"{_commandLine} (process {_process.Id})\n{_transcript}";
        }
    }

    public static Peer Start(string command, params string[] arguments) => new(Executable, [command, .. arguments]);

    /// <summary>Starts another program, which the test has made sure is installed.</summary>
    public static Peer StartProgram(string file, params string[] arguments) => new(file, arguments);

    /// <summary>The rest of the next line of stdout that starts with this word; other lines before it fail the test.</summary>
    public string Expect(string word)
    {
        string line = NextLine();
        if (line != word && !line.StartsWith(word + " ", StringComparison.Ordinal))
            Assert.Fail($"Expected '{word}', got '{line}' from {Description}");
        return line.Length > word.Length ? line[(word.Length + 1)..] : "";
    }

    /// <summary>The next line of stdout.</summary>
    public string NextLine()
    {
        if (!_lines.TryTake(out string? line, Watchdog.Limit))
            Assert.Fail($"Hung: no line from {Description}");
        if (line == EndOfOutput)
        {
            _process.WaitForExit();
            Assert.Fail($"Ended with exit code {_process.ExitCode}: {Description}");
        }

        return line!;
    }

    /// <summary>True when a line of stdout starts with this word. For peers that have ended.</summary>
    public bool HasSaid(string word)
    {
        _process.WaitForExit();
        return _lines.Any(line => line.StartsWith(word, StringComparison.Ordinal));
    }

    /// <summary>True when some line of stdout that has arrived by now starts with this word.</summary>
    public bool HasSaidSoFar(string word) => _lines.Any(line => line.StartsWith(word, StringComparison.Ordinal));

    /// <summary>Gives a line to its standard input.</summary>
    public void Say(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Wakes a peer that stands by or holds something.</summary>
    public void Go() => _process.StandardInput.WriteLine("go");

    /// <summary>SIGKILL (on Windows TerminateProcess). Returns when the kernel has buried it.</summary>
    public void Kill()
    {
        Strike();
        WaitForExit();
    }

    /// <summary>The same without waiting for the kernel.</summary>
    public void Strike() => _process.Kill();

    /// <summary>Waits for the end; no matter how it ended.</summary>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(Watchdog.Limit))
            Assert.Fail($"Hung: {Description}");
        return _process.ExitCode;
    }

    /// <summary>Waits for the end and requires success.</summary>
    public void ExpectSuccess()
    {
        int code = WaitForExit();
        if (code != 0)
        {
            _process.WaitForExit();
            Assert.Fail($"Exit code {code.ToString(CultureInfo.InvariantCulture)}: {Description}");
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
        {
            ProcessControl.TryResume(Id);
            _process.Kill();
        }

        _ = _process.WaitForExit(Watchdog.Limit);
        _process.Dispose();
    }

    /// <summary>What stands in the queue behind the last line.</summary>
    private const string EndOfOutput = "\0end";

    private void Receive(string? line, bool isOutput)
    {
        if (line != null)
        {
            lock (_transcript)
                _ = _transcript.AppendLine(CultureInfo.InvariantCulture, $"  {(isOutput ? '|' : '!')} {line}");
        }

        if (isOutput)
            _lines.Add(line ?? EndOfOutput);
    }
}
