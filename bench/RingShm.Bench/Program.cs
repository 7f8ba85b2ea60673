using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(RingShm.Bench.SeamCost).Assembly).Run(args);
