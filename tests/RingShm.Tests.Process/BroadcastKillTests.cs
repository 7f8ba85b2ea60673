using System.Diagnostics;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Writers and readers of a broadcast ring; every 50 ms one of them is killed, at any instruction, and has a successor at once, or is stopped for a
/// while: two writers and four readers for a few seconds by default; RINGSHM_SOAK_SECONDS=300 lets four writers and eight readers run for five minutes.
/// No reader misses or repeats what was written while it was there, or is told exactly how much it lost.
/// </summary>
public sealed class BroadcastKillTests
{
    /// <summary>A few hundred messages.</summary>
    private const int CapacityBytes = 1 << 14;

    /// <summary>Enough that a reader can see several writers before it is lapped.</summary>
    private const int ManyWritersCapacityBytes = 1 << 17;

    private const int MaxMessageBytes = 200;

    private static readonly TimeSpan s_strikeEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>One in so many strikes stops somebody instead of killing.</summary>
    private const int StopsOneIn = 5;

    private static readonly TimeSpan s_longestStop = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_duration = Soak.Duration ?? TimeSpan.FromSeconds(3);

    private static int Writers => Soak.Duration == null ? 2 : 4;

    private static int Readers => Soak.Duration == null ? 4 : 8;

    /// <summary>More messages than the ring ever holds.</summary>
    private static long MoreThanTheRing => CapacityBytes / 8;

    [Fact]
    public void Reliable_no_reader_that_lives_misses_or_repeats_a_message_and_dead_ones_hold_nobody_up()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(Options(BroadcastDelivery.Reliable, Writers + Readers + 4, Cardinality.Many));
        using BroadcastCast cast = new(scene, seed, isLossy: false, s_duration / s_strikeEvery);
        cast.StartWriters(Writers);
        cast.StartReaders(Readers);
        Strike(() => cast.WritersKilled > 0 && cast.ReadersKilled > 0, () =>
        {
            cast.SnapshotAttached();
            int victim = random.Next(Writers + Readers);
            if (random.Next(StopsOneIn) == 0)
                cast.StopBriefly(victim, s_longestStop * random.NextDouble());
            else
                _ = cast.TryReplace(victim, waitsForTheKernel: random.Next(2) == 0);
        });

        ExpectKilled(cast, Writers, killsWriters: true);
        // The last word in a dead reader's row would hold writers up for ever.
        cast.KillAllReaders();
        cast.ExpectWriting(MoreThanTheRing, "writers going on when all readers are dead");
        cast.StartReaders(Readers);
        cast.AwaitAttached();
        cast.ExpectWriting(MoreThanTheRing, "writers going on with new readers");
        cast.Finish(ring.Complete);
        cast.JudgeReliable();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {cast}");
        Assert.True(cast.WritersKilled > 0 && cast.ReadersKilled > 0, "Nobody was killed; nothing was shown.");
        ExpectCleanEnd(scene, ring);
    }

    [Fact]
    public void Lossy_with_several_writers_all_of_whom_are_killed_it_adds_up_over_all_of_them() => JudgeLossy(hasManyWriters: true, killsWriters: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Lossy_what_a_reader_sees_and_what_it_is_told_it_lost_add_up(bool hasManyWriters, bool killsWriters) =>
        JudgeLossy(hasManyWriters, killsWriters);

    private static void JudgeLossy(bool hasManyWriters, bool killsWriters)
    {
        int writers = hasManyWriters ? Writers : 1;
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using Scene scene = new();
        BroadcastRing ring = scene.CreateBroadcastRing(hasManyWriters
            ? Options(BroadcastDelivery.Lossy, writers + Readers + 4, Cardinality.Many, ManyWritersCapacityBytes)
            : Options(BroadcastDelivery.Lossy, writers + Readers + 4, Cardinality.One));
        long moreThanTheRing = ring.CapacityBytes / 8;
        using BroadcastCast cast = new(scene, seed, isLossy: true, s_duration / s_strikeEvery);
        cast.StartWriters(writers);
        cast.StartReaders(Readers);
        Strike(() => cast.ReadersKilled > 0 && (cast.WritersKilled > 0 || !killsWriters), () =>
        {
            int victim = random.Next(killsWriters ? 0 : writers, writers + Readers);
            if (random.Next(StopsOneIn) == 0)
                cast.StopBriefly(random.Next(writers + Readers), s_longestStop * random.NextDouble());
            else if (victim >= writers && random.Next(3) == 0)
                cast.StopFor(victim, moreThanTheRing);
            else
                _ = cast.TryReplace(victim, waitsForTheKernel: random.Next(2) == 0);
        });
        ExpectKilled(cast, writers, killsWriters);
        cast.AwaitAttached();
        cast.StopFor(writers, moreThanTheRing);
        cast.Finish(ring.Complete);
        cast.JudgeLossy();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {cast}");
        Assert.True(cast.SumsBalanced + cast.SumsJudged > 0, "No reader saw every writer between two losses; nothing was shown.");
        Assert.True(cast.ReadersKilled > 0 && cast.WritersKilled > 0 == killsWriters && cast.Lost > 0, "Nobody was killed or nothing lost; nothing was shown.");
        ExpectCleanEnd(scene, ring);
    }

    private static RingOptions Options(
        BroadcastDelivery delivery, int participants, Cardinality writers, int capacityBytes = CapacityBytes) => new()
    {
        CapacityBytes = capacityBytes, MaxMessageBytes = MaxMessageBytes, Delivery = delivery, MaxParticipants = participants, Producers = writers,
    };

    /// <summary>Strikes until the time is over; on a machine so busy that nothing was shown by then, on to the usual number of strikes.</summary>
    private static void Strike(Func<bool> isShown, Action strike)
    {
        long start = Stopwatch.GetTimestamp();
        for (int tick = 1; Stopwatch.GetElapsedTime(start) < s_duration || (tick < s_duration / s_strikeEvery && !isShown()); tick++)
        {
            TimeSpan left = (tick * s_strikeEvery) - Stopwatch.GetElapsedTime(start);
            if (left > TimeSpan.Zero)
                Thread.Sleep(left);
            strike();
        }
    }

    /// <summary>On a machine that has much else to do nobody may have come far enough to be killed by now.</summary>
    private static void ExpectKilled(BroadcastCast cast, int writers, bool killsWriters)
    {
        Watchdog.Until(() => cast.ReadersKilled > 0 || cast.TryReplace(writers, waitsForTheKernel: true), "a reader attaching, to be killed");
        if (killsWriters)
            Watchdog.Until(() => cast.WritersKilled > 0 || cast.TryReplace(0, waitsForTheKernel: true), "a writer attaching, to be killed");
    }

    private static void ExpectCleanEnd(Scene scene, BroadcastRing ring)
    {
        scene.ExpectClean();
        Assert.Equal(0, ring.Recover().RowsWaiting);
        scene.ExpectClean();
        Assert.Empty(ring.GetInfo().Participants);
        Assert.Equal(0, ring.GetInfo().ReadersEvicted);
    }
}
