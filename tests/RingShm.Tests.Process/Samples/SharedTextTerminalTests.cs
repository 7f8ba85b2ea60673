using System.Diagnostics;
using System.Globalization;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes.Samples;

/// <summary>The sample in real terminals: keys go in, the screen is looked at.</summary>
public sealed class SharedTextTerminalTests : IDisposable
{
    private static readonly string Executable = Path.Combine(AppContext.BaseDirectory, "SharedText");

    private readonly string _name = $"ringshm-text-{Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)}";
    private string? _tmux;

    [Fact]
    public void Typed_in_one_terminal_it_shows_in_all_and_killing_one_disturbs_nobody()
    {
        _tmux = Tools.Require("tmux");
        Open("one");
        Open("two");
        Tmux("send-keys", "-t", "one", "-l", "first words");
        UntilShown("one", "first words");
        UntilShown("two", "first words");
        Tmux("send-keys", "-t", "two", "-l", ", more");
        UntilShown("one", "first words, more");
        // A new one shows the text as it is, and has changed nothing.
        Open("three");
        UntilShown("three", "first words, more");
        ProcessControl.KillStranger(int.Parse(Tmux("list-panes", "-t", "one", "-F", "#{pane_pid}"), CultureInfo.InvariantCulture));
        Tmux("send-keys", "-t", "three", "BSpace", "BSpace");
        UntilShown("three", "first words, mo▏");
        UntilShown("two", "first words, mo▏");
        Tmux("send-keys", "-t", "two", "Escape");
        Watchdog.Until(() => !Tmux("list-sessions").Contains("two:", StringComparison.Ordinal), "the sample ending");
        Assert.Equal(11 + 6 + 2, Ring.Inspect(_name).MessagesWritten);
    }

    public void Dispose()
    {
        if (_tmux == null)
            return;
        Tmux("kill-server");
        Ring.Remove(_name);
    }

    private void Open(string session)
    {
        Tmux("new-session", "-d", "-s", session, "-x", "90", "-y", "6", $"{Executable} {_name}");
        UntilShown(session, _name);
    }

    private void UntilShown(string session, string text) =>
        Watchdog.Until(() => Tmux("capture-pane", "-p", "-t", session).Contains(text, StringComparison.Ordinal), $"'{text}' in terminal {session}");

    /// <summary>A server of this test's own, without anybody's configuration.</summary>
    private string Tmux(params string[] arguments)
    {
        ProcessStartInfo start = new(_tmux!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { "-u", "-L", _name, "-f", "/dev/null" }.Concat(arguments))
            start.ArgumentList.Add(argument);
        // Lines are drawn in UTF-8 whatever this machine speaks.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TERM"] = "xterm-256color";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.TrimEnd('\n');
    }
}
