using System.CommandLine;
using RingShm.Load;
using RingShm.Load.Plots;

// See LoadCommands in RingShm.Load.Core: this program adds what the tool's `bench` does without, NetMQ and the plots.
Catalog.Add(Catalog.Foreign<NetMqLink>("NetMQ, PAIR over TCP"));
RootCommand root = new("Measures RingShm across pinned processes, in bursts interleaved with a minimal C ring.");
LoadCommands.AddTo(root, []);
root.Subcommands.Add(PlotCommands.Report());
root.Subcommands.Add(PlotCommands.All());
return root.Parse(args).Invoke();
