using System.Collections.Frozen;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model;

/// <summary>The defects of the MPMC protocol that the suite must notice, one by one.</summary>
internal static class MpmcMutations
{
    private const string Producing = "produce";
    private const string Consuming = "consume";

    /// <summary>Nothing but the question whether the ring is drained needs these two orders: the swap compares what a survivor judged.</summary>
    private const string Drained = "mpmc-drained-behind-another";

    /// <summary>Where a side is single its position matters to others only when the row changes hands.</summary>
    private const string OnesSucceeded = "mpmc-succeed-one";
    private const long OneProgram = 1_000_000;

    private const long LapBits = unchecked((long)0xFFFF_FFFF_0000_0000);
    private const long LapOne = 1L << 32;

    public static IReadOnlyList<Mutation> All { get; } =
    [
        // Claims.
        Of("M2-after-M3", "A producer announces its interval after it has moved the position.")
            with { Delayed = Edge.M2, DelayedUntil = Edge.M3, Phase = Producing },
        Of("M2-after-M10", "A consumer announces its interval after it has moved the position.")
            with { Delayed = Edge.M2, DelayedUntil = Edge.M10, Phase = Consuming },
        Of("M2-dropped", "Intervals are not announced.") with { DroppedStores = Set(Edge.M2) },
        Of("M2-relaxed", "Intervals are announced without release.") with { WeakReleases = Set(Edge.M2), Programs = Drained, Executions = OneProgram },
        Of("M3-blind", "The producer position is stored without comparing.") with { BlindSwaps = Set(Edge.M3) },
        Of("M3-relaxed", "A single producer moves the position without release.") with { WeakReleases = Set(Edge.M3), Programs = OnesSucceeded, Walks = OneProgram },
        Of("M4-relaxed", "A word is loaded without acquire before its granule is written.") with { WeakAcquires = Set(Edge.M4) },
        Of("M4-not-looked-at", "Granules are taken for free.") with { ForcedLoad = Edge.M4, ForcedValue = LapOne },
        Of("M5-after-M6", "The record is written after it is published.") with { Delayed = Edge.M5, DelayedUntil = Edge.M6 },
        Of("M6-relaxed", "A record is published without release.") with { WeakReleases = Set(Edge.M6) },
        Of("M7-dropped-by-producers", "Claims that stay open are not marked.") with { DroppedStores = Set(Edge.M7), Phase = Producing },
        Of("M7-after-M3", "Claims that stay open are marked after the interval has moved on.")
            with { Delayed = Edge.M7, DelayedUntil = Edge.M3, Phase = Producing },

        // Takes and releases.
        Of("M8-relaxed", "The consumer position is loaded without acquire.") with { WeakAcquires = Set(Edge.M8) },
        Of("M7-dropped-by-consumers", "Leases that stay open are not marked.") with { DroppedStores = Set(Edge.M7), Phase = Consuming },
        Of("M7-after-M10", "Leases that stay open are marked after the interval has moved on.")
            with { Delayed = Edge.M7, DelayedUntil = Edge.M10, Phase = Consuming },
        Of("M9-relaxed", "A word is loaded without acquire before its record is read.") with { WeakAcquires = Set(Edge.M9) },
        Of("M9-lap-ignored", "A consumer takes every word for one of its lap.")
            with { ForcedLoad = Edge.M9, ForcedValue = LapOne, ForcedMask = LapBits },
        Of("M10-blind", "The consumer position is stored without comparing.") with { BlindSwaps = Set(Edge.M10) },
        Of("M10-relaxed", "A single consumer moves the position without release.") with { WeakReleases = Set(Edge.M10), Programs = OnesSucceeded, Walks = OneProgram },
        Of("mpmc-release-before-read", "A lease is released before it is read.") with { ReleasesBeforeReading = true },
        Of("M12-dropped", "The words behind a message's first are not freed.") with { DroppedStores = Set(Edge.M12) },
        Of("M12-relaxed", "The words behind a message's first are freed without release.") with { WeakReleases = Set(Edge.M12) },
        Of("M12-after-M13", "The words behind a message's first are freed after it.") with { Delayed = Edge.M12, DelayedUntil = Edge.M13 },
        Of("M13-dropped", "A message is not released.") with { DroppedStores = Set(Edge.M13) },
        Of("M13-relaxed", "A message is released without release order.") with { WeakReleases = Set(Edge.M13) },
        Of("M14-blind", "A returned message is taken without comparing.") with { BlindSwaps = Set(Edge.M14) },
        Of("M14-dropped", "A returned message is taken without a mark.") with { DroppedStores = Set(Edge.M14) },
        Of("M22-relaxed", "A message is returned without release.") with { WeakReleases = Set(Edge.M22) },

        // Recovery.
        Of("M15-relaxed", "A survivor loads positions without acquire.") with { WeakAcquires = Set(Edge.M15) },
        Of("M16-relaxed", "A survivor loads intervals without acquire.") with { WeakAcquires = Set(Edge.M16), Programs = Drained, Executions = OneProgram },
        Of("M16-sees-nothing", "A survivor never finds an owner.") with { ForcedLoad = Edge.M16, ForcedValue = 0 },
        Of("M17-once", "A survivor takes a word for what the attempt first saw there.") with { RepeatedLoads = Set(Edge.M17) },
        Of("M18-blind", "A survivor swaps without comparing.") with { BlindSwaps = Set(Edge.M18) },
        Of("M18-dropped", "A survivor mends nothing.") with { DroppedStores = Set(Edge.M18) },
        Of("M19-dropped", "The attention is not raised.") with { DroppedStores = Set(Edge.M19) },
        Of("M19-relaxed", "The attention is loaded without acquire.") with { WeakAcquires = Set(Edge.M19) },
        Of("M21-dropped", "Marks are not counted.") with { DroppedStores = Set(Edge.M21) },
        Of("mpmc-oracle-lies", "Recovery without a confirmed death.") with { OracleAlwaysSaysDead = true },
        Of("mpmc-death-orders-nothing", "The oracle's answer carries no order.") with { DeathOrdersNothing = true },
        Of("mpmc-P2-blind", "A row is taken without comparing.") with { BlindSwaps = Set(Edge.P2) },
        Of("mpmc-P3-relaxed", "A row is freed without release.") with { WeakReleases = Set(Edge.P3) },
        Of("mpmc-P3-dropped", "A row is never freed.") with { DroppedStores = Set(Edge.P3) },
        Of("rows-of-the-dead", "Who attaches takes a dead one's row without sweeping it.") with { TakesRowsOfTheDead = true },
        Of("interval-kept", "An interval that was announced for nothing is not emptied.") with { KeepsLostIntervals = true },
        Of("mpmc-S12-relaxed", "Completion is stored without release.") with { WeakReleases = Set(Edge.S12) },
        Of("mpmc-S13-relaxed", "Completion is loaded without acquire.") with { WeakAcquires = Set(Edge.S13) },
    ];

    /// <summary>
    /// Weakenings that no program has noticed, each with the reason why there is nothing to notice.
    /// </summary>
    public static IReadOnlyList<Mutation> Equivalent { get; } =
    [
        Of("M1-relaxed", "Each granule is acquired by its own word (M4), and the position by the swap that moves it (M3).")
            with { WeakAcquires = Set(Edge.M1) },
        Of("M17-relaxed", "A survivor reads nothing by way of the word, and its swap (M18) compares and acquires.")
            with { WeakAcquires = Set(Edge.M17) },
    ];

    private static Mutation Of(string name, string description) => new(name, description) { Programs = "mpmc" };

    private static FrozenSet<Edge> Set(Edge edge) => FrozenSet.ToFrozenSet([edge]);
}
