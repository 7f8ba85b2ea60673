using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(RingShm.Bench.SpscCost).Assembly).Run(args);
