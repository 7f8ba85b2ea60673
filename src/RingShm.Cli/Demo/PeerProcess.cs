using System.Diagnostics;
using System.Globalization;
using RingShm.Cli.Commands;

namespace RingShm.Cli.Demo;

/// <summary>
/// The second process: this program again, with a command that is not in the help. It holds the other end of a pipe from us
/// as its standard input and ends when that closes, so it cannot outlive us, however we end.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly CancellationToken _cancellationToken;
    private volatile bool _isGone;
    private volatile string? _lastWords;

    public PeerProcess(string prefix, string source, TimeSpan phase, int? cpu, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        ProcessStartInfo start = new(ProgramPath()) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false };
        // As "dotnet ringshm.dll" the program is dotnet's first argument.
        if (Path.GetFileNameWithoutExtension(start.FileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, typeof(PeerProcess).Assembly.GetName().Name + ".dll"));
        start.ArgumentList.Add(DemoPeerCommand.Name);
        start.ArgumentList.Add(prefix);
        start.ArgumentList.Add(source);
        start.ArgumentList.Add(phase.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        start.ArgumentList.Add((cpu ?? -1).ToString(CultureInfo.InvariantCulture));
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => _isGone = true;
        _process.ErrorDataReceived += (_, line) => _lastWords = line.Data is { Length: > 0 } text ? text : _lastWords;
        _process.Start();
        _process.BeginErrorReadLine();
    }

    public int ProcessId => _process.Id;

    /// <summary>True once the peer has ended. What it published before is still in the rings.</summary>
    public bool IsGone => _isGone;

    /// <summary>Call now and then while waiting for the peer, with what <see cref="IsGone"/> said before the last poll.</summary>
    public void ThrowIfHopeless(bool wasGone)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (!wasGone)
            return;
        _process.WaitForExit();
        string reason = _lastWords is { } words
            ? words.Replace("ringshm: ", "", StringComparison.Ordinal)
            : $"it ended with exit code {_process.ExitCode} before its work was done.";
        throw CommandException.Failed($"The peer process failed: {reason}");
    }

    public void ThrowIfCancelled() => _cancellationToken.ThrowIfCancellationRequested();

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It ended at this very moment.
        }

        _process.Dispose();
    }

    /// <summary>Waits for the peer to end by itself.</summary>
    public void WaitForEnd()
    {
        while (!_process.WaitForExit(TimeSpan.FromMilliseconds(100)))
            _cancellationToken.ThrowIfCancellationRequested();
        _process.WaitForExit();
        if (_process.ExitCode != ExitCode.Done)
            ThrowIfHopeless(wasGone: true);
    }

    private static string ProgramPath() =>
        Environment.ProcessPath ?? throw CommandException.Failed("The path of this program is not known, so it cannot be started again.");
}
