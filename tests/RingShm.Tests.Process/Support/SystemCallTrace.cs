using System.Globalization;
using System.Text.RegularExpressions;

namespace RingShm.Tests.Processes.Support;

/// <summary>strace, used to see which system calls touch one file, and to kill a process as it enters one of them.</summary>
internal static partial class SystemCallTrace
{
    /// <summary>A system call on the file: its name, and how many of that name came before and with it.</summary>
    internal readonly record struct Call(string Name, int Ordinal)
    {
        public override string ToString() => $"{Name}#{Ordinal.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Skips the test unless strace is here and may trace.</summary>
    public static string Require()
    {
        string strace = Tools.Require("strace");
        using Peer probe = Peer.StartProgram(strace, "-o", "/dev/null", "true");
        Assert.SkipUnless(probe.WaitForExit() == 0, "strace is installed, but this machine does not let it trace: ptrace is forbidden, as in many containers.");
        return strace;
    }

    /// <summary>Arguments that write the calls on this file, by all threads, to a log.</summary>
    public static string[] Watch(string path, string log) => ["-f", "-P", path, "-o", log];

    /// <summary>The same, and a SIGKILL at the entry of one call, which then is not made.</summary>
    public static string[] KillAt(string path, Call call) =>
    [
        "-f", "-P", path, "-o", "/dev/null",
        "-e", $"inject={call.Name}:signal=SIGKILL:when={call.Ordinal.ToString(CultureInfo.InvariantCulture)}",
    ];

    /// <summary>The calls of a log, in order.</summary>
    public static List<Call> Read(string log)
    {
        List<Call> calls = [];
        foreach (string line in File.ReadLines(log))
        {
            Match match = CallName().Match(line);
            if (match.Success)
                calls.Add(new Call(match.Groups[1].Value, 1 + calls.Count(call => call.Name == match.Groups[1].Value)));
        }

        return calls;
    }

    [GeneratedRegex(@"^\d+ +([a-z0-9_]+)\(")]
    private static partial Regex CallName();
}
