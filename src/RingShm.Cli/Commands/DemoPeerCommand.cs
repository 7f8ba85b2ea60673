using System.CommandLine;
using RingShm.Cli.Demo;

namespace RingShm.Cli.Commands;

/// <summary>The demo's second process. Started by the demo alone, so it is not in the help.</summary>
internal static class DemoPeerCommand
{
    public const string Name = "demo-peer";

    public static Command Build()
    {
        Argument<string> prefix = new("PREFIX");
        Argument<string> source = new("SOURCE");
        Argument<double> seconds = new("SECONDS");
        Argument<int> cpu = new("CPU");
        Command command = new(Name) { prefix, source, seconds, cpu };
        command.Hidden = true;
        command.SetAction(result => DemoPeer.Run(
            result.GetValue(prefix)!, result.GetValue(source)!, TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(cpu)));
        return command;
    }
}
