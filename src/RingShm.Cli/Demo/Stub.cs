using System.CommandLine;
namespace RingShm.Cli.Demo { internal sealed record DemoReport(int X); }
namespace RingShm.Cli.Commands {
internal static class DemoCommand { public static Command Build(Ending e) => new("demo"); }
internal static class DemoPeerCommand { public static Command Build() => new("demo-peer"); }
}
