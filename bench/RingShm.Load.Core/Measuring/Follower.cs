namespace RingShm.Load.Measuring;

/// <summary>The following process: opens what the leader made, consumes and echoes on command, and ends with the leader.</summary>
internal static class Follower
{
    private const int LeaderGoneExitCode = 2;

    public static int Run(string runName, int cpu, int ringBytes, string? yardstickPath)
    {
        // Standard input is a pipe from the leader: it ends when the leader does, however that comes about.
        Thread watcher = new(() =>
        {
            Stream input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[16];
            while (input.Read(ignored) > 0)
            {
            }

            Environment.Exit(LeaderGoneExitCode);
        })
        { IsBackground = true };
        watcher.Start();

        Pinning.PinTo(cpu);
        using Stage stage = Stage.Open(runName);
        NativeYardstick? yardstick = yardstickPath == null ? null : NativeYardstick.Load(yardstickPath);
        Troupe troupe = new(stage, yardstick, ringBytes, isLeader: false, runName);
        while (true)
        {
            Receipt receipt = default;
            Act act = stage.Await(out int contestant, out Burst burst);
            long preemptions = Preemption.Count();
            switch (act)
            {
                case Act.Open:
                    troupe.Open(contestant, (int)burst.Count);
                    break;
                case Act.Close:
                    troupe.Close();
                    break;
                case Act.PingPong:
                    PingPong.Follow(stage, burst.Count);
                    break;
                case Act.Baseline:
                    receipt = troupe.Baseline.Follow(burst);
                    break;
                case Act.Contestant:
                    receipt = troupe.Contestant.Follow(burst);
                    break;
                default:
                    return 0;
            }

            stage.Report(receipt, Preemption.Count() - preemptions);
        }
    }
}
