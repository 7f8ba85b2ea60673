using System.CommandLine;
using RingShm.Load;

namespace RingShm.Cli.Commands;

/// <summary>The cross-process benchmark, as bench/RingShm.Load runs it, without NetMQ and the plots.</summary>
internal static class BenchCommand
{
    private const string Name = "bench";

    public static Command Build()
    {
        Command command = new(Name, "Measure the rings across pinned processes, in bursts interleaved with a minimal C ring.");
        LoadCommands.AddTo(command, [Name]);
        return command;
    }
}
