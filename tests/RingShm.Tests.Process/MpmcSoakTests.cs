using System.Diagnostics;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Four producers, four consumers, and every 50 ms a SIGKILL for one of them, with a successor at once: a few seconds by default,
/// RINGSHM_SOAK_SECONDS=300 for five minutes. In the end nothing is lost, nothing came twice without the flag, and nobody stood still.
/// </summary>
public sealed class MpmcSoakTests
{
    private const int PerSide = 4;

    private static readonly TimeSpan s_killEvery = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_kill_every_50_ms_among_four_producers_and_four_consumers_loses_nothing_and_stalls_nobody()
    {
        TimeSpan duration = Soak.Duration ?? TimeSpan.FromSeconds(5);
        int seed = Random.Shared.Next();
        using Scene scene = new();
        MpmcRing ring = scene.CreateMpmcRing(new RingOptions
        {
            CapacityBytes = 1 << 15, MaxMessageBytes = 700,
            // The dead keep their rows until somebody needs them.
            MaxParticipants = (2 * PerSide) + 4,
        });
        string[] words = Scene.StreamArguments(seed, SizeMix.Uniform, MessageNumber.InPayload);
        using Crowd crowd = new(scene, words, words, ledgerEntries: 8_000_000);
        MpmcDeliveryCheck check = new() { LargestHold = MpmcProduceCommand.LongestBatch };
        MpmcKiller killer = new(crowd, check, new Random(seed), PerSide);
        long start = Stopwatch.GetTimestamp();
        for (int tick = 1; Stopwatch.GetElapsedTime(start) < duration; tick++)
        {
            TimeSpan left = (tick * s_killEvery) - Stopwatch.GetElapsedTime(start);
            if (left > TimeSpan.Zero)
                Thread.Sleep(left);
            killer.Step();
        }

        killer.DismissStandbys();
        crowd.ExpectProgress();
        crowd.Finish(ring.Complete);
        scene.ExpectClean();
        RingRecovery recovery = ring.Recover();
        RingInfo info = ring.GetInfo();
        crowd.Report(check);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: {killer.ProducersKilled} producers and {killer.ConsumersKilled} consumers killed, {killer.TogetherKilled} of them several at once; "
            + $"{check.Published} messages published, {check.Undecided} undecided at a death, {check.GivenUp} given up; "
            + $"{check.Deliveries} deliveries, {check.FlaggedDeliveries} of them flagged; claims recovered {info.ClaimsRecovered}, leases {info.LeasesRecovered}, "
            + $"rows {info.ParticipantsRecovered}; longest silence seen {killer.LongestSilence.TotalMilliseconds:F0} ms");
        check.Judge();
        Assert.Equal(0, recovery.RowsWaiting);
        scene.ExpectClean();
        Assert.Equal(0, info.MessagesDropped);
        Assert.Equal(0, ring.GetInfo().UsedBytes);
        Assert.Empty(ring.GetInfo().Participants);
        Assert.True(killer.ProducersKilled > 0 && killer.ConsumersKilled > 0 && killer.TogetherKilled > 0, "Nobody was killed; nothing was shown.");
    }
}
