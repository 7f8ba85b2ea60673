using RingShm.Cli;

using Ending ending = new();
return CommandTree.Run(args, ending);
