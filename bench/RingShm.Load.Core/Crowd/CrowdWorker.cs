using System.Diagnostics;

namespace RingShm.Load.Crowd;

/// <summary>What every participant needs to know; also its command line, where it is a process.</summary>
internal sealed record CrowdCast(string RunName, int Participant, int Cpu, int Slots, Shape Shape, CrowdWaiting Waiting)
{
    public static string SceneName(string runName, int opening, bool isBaseline) => $"{runName}-{opening}{(isBaseline ? "-base" : "")}";
}

/// <summary>One participant: opens, plays and closes on command.</summary>
internal static class CrowdWorker
{
    public static void Run(CrowdCast cast)
    {
        if (cast.Cpu >= 0)
            Pinning.PinTo(cast.Cpu);
        using CrowdStage stage = CrowdStage.Open(cast.RunName);
        ICrowdPart? baseline = null, contestant = null;
        while (true)
        {
            CrowdAct act = stage.Await(cast.Participant, out int entry, out long argument, out int number, out long start);
            CrowdReceipt receipt = new() { Start = start };
            long switches = Preemption.Count();
            switch (act)
            {
                case CrowdAct.Open:
                    CrowdScene scene = new("", cast.Slots, cast.Shape, cast.Participant);
                    CrowdEntry opened = CrowdCatalog.Entries[entry];
                    baseline = CrowdCatalog.YardstickOf(opened).Attach(
                        scene with { Name = CrowdCast.SceneName(cast.RunName, number, isBaseline: true) });
                    contestant = opened.Attach(scene with { Name = CrowdCast.SceneName(cast.RunName, number, isBaseline: false) });
                    break;
                case CrowdAct.Close:
                    baseline!.Dispose();
                    contestant!.Dispose();
                    break;
                case CrowdAct.Baseline:
                    receipt = baseline!.Play(new CrowdBurst(number, argument), stage, start, cast.Waiting);
                    break;
                case CrowdAct.Contestant:
                    receipt = contestant!.Play(new CrowdBurst(number, argument), stage, start, cast.Waiting);
                    break;
                case CrowdAct.PingPong:
                    if (cast.Participant == 0 || cast.Participant == cast.Shape.Producers)
                        stage.PlayPingPong(leads: cast.Participant == 0, argument);
                    break;
                default:
                    stage.Report(cast.Participant, receipt);
                    return;
            }

            receipt.End = Stopwatch.GetTimestamp();
            receipt.Switches = Preemption.Count() - switches;
            stage.Report(cast.Participant, receipt);
        }
    }
}
