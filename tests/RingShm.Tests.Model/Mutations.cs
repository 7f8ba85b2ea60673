using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model;

/// <summary>The defects that the suite must notice, one by one.</summary>
internal static class Mutations
{
    public static IReadOnlyList<Mutation> All { get; } =
    [
        // Region.
        new("R1-relaxed", "The ready word is stored without release.") { WeakReleases = Set(Edge.R1) },
        new("R2-relaxed", "The ready word is loaded without acquire.") { WeakAcquires = Set(Edge.R2) },
        new("ready-first", "The ready word is stored before the region is initialised.") { PublishesRegionFirst = true },
        new("create-without-looking", "Who gets the creation lock does not look again.") { CreatesWithoutLooking = true },

        // Rows.
        new("P2-blind", "The owner word is stored without comparing.") { BlindSwaps = Set(Edge.P2) },
        new("P3-relaxed", "The row is freed without release.") { WeakReleases = Set(Edge.P3) },
        new("P3-dropped", "The row is never freed.") { DroppedStores = Set(Edge.P3) },
        new("oracle-lies", "Takeover without a confirmed death.") { OracleAlwaysSaysDead = true },
        new("death-orders-nothing", "The oracle's answer carries no order.") { DeathOrdersNothing = true },
        new("unlock-before-free", "The kernel lock goes before the owner word is cleared.") { UnlocksBeforeFreeing = true },
        new("row-freed-early", "The row is freed before the producer hands its position back.") { FreesRowEarly = true },
        new("successor-not-told", "The successor is not told that its predecessor died.") { HidesDeathFromSuccessor = true },

        // SPSC, messages.
        new("S1-dropped", "The next header is not cleared.") { DroppedStores = Set(Edge.S1) },
        new("S1-after-S3", "The next header is cleared after the record is published.") { Delayed = Edge.S1, DelayedUntil = Edge.S3 },
        new("S2-after-S3", "The payload is written after the record is published.") { Delayed = Edge.S2, DelayedUntil = Edge.S3 },
        new("S3-relaxed", "A record is published without release.") { WeakReleases = Set(Edge.S3) },
        new("S4-relaxed", "A header is loaded without acquire.") { WeakAcquires = Set(Edge.S4) },
        new("S6-relaxed", "The consumer position is stored without release.") { WeakReleases = Set(Edge.S6) },
        new("S6-dropped", "The consumer position is not stored.") { DroppedStores = Set(Edge.S6) },
        new("S7-relaxed", "The consumer position is loaded without acquire.") { WeakAcquires = Set(Edge.S7) },
        new("S7-never-moves", "The producer never sees the consumer move on.") { ForcedLoad = Edge.S7, ForcedValue = 64 },
        new("S4-sees-nothing", "The consumer never sees a header.") { ForcedLoad = Edge.S4, ForcedValue = 0 },
        new("release-before-read", "A lease is released before it is read.") { ReleasesBeforeReading = true },
        new("S10-after-S3", "An inner header is stored after the batch is published.") { Delayed = Edge.S10, DelayedUntil = Edge.S3 },
        new("S10-dropped", "Inner headers are not stored.") { DroppedStores = Set(Edge.S10) },

        // SPSC, takeover.
        new("walk-skipped", "A producer's successor does not walk on over published headers.")
        {
            ForcedLoad = Edge.S4, ForcedValue = 0, Phase = "start producer",
        },
        new("hint-dropped", "The producer never stores its position.") { DroppedStores = Set(Edge.S8) },
        new("S11-dropped", "A batch is handed out without a note.") { DroppedStores = Set(Edge.S11) },
        new("note-after-delivery", "A batch is noted after each delivery instead of before.") { NotesAfterDelivery = true },
        new("mark-not-stored", "A successor keeps the redelivery mark to itself.")
        {
            DroppedStores = Set(Edge.S11), Phase = "start consumer",
        },
        new("lease-not-marked", "A successor does not look whether its predecessor could hold a lease.")
        {
            ForcedLoad = Edge.S4, ForcedValue = 0, Phase = "start consumer",
        },

        new("rest-not-marked", "A consumer keeps to itself that its batch did not hand back all.")
        {
            DroppedStores = Set(Edge.S11), Phase = "end batch",
        },
        new("rest-forgotten", "A batch that did not hand back all ends like one that did.") { ForgetsRestOfBatch = true },

        // Completion.
        new("S12-relaxed", "Completion is stored without release.") { WeakReleases = Set(Edge.S12) },
        new("S13-relaxed", "Completion is loaded without acquire.") { WeakAcquires = Set(Edge.S13) },
        new("end-asked-last", "Drained is judged by the header first and completion second.") { LooksForTheEndLast = true },

        // Doorbells.
        new("W1-dropped", "A ringer does not fence between its publication and its look.") { DroppedFences = Set(Edge.W1) },
        new("W5-dropped", "A sleeper does not fence between its announcement and its look.") { DroppedFences = Set(Edge.W5) },
        new("membarrier-dropped", "A sleeper does not fence the ringers that rely on it.") { DropsBarrier = true },
        new("W2-sees-nobody", "A ringer never sees an announcement.") { ForcedLoad = Edge.W2, ForcedValue = 0 },
        new("W3-blind", "A ringer takes announcements without comparing.") { BlindSwaps = Set(Edge.W3) },
        new("W4-blind", "A sleeper announces itself without comparing.") { BlindSwaps = Set(Edge.W4) },
        new("W6-blind", "A sleeper takes its announcement back without comparing.") { BlindSwaps = Set(Edge.W6) },
        new("sequence-kept", "A ringer takes the announcements and does not move the sequence.") { KeepsSequence = true },
        new("announcements-kept", "A ringer moves the sequence and does not take the announcements.") { KeepsAnnouncements = true },
        new("wake-dropped", "A ringer does not wake.") { DropsWakes = true },
        new("wake-one", "A ringer wakes one of several sleepers.") { WakesOneOnly = true },
        new("wake-first", "A ringer wakes before it moves the sequence.") { WakesBeforeMoving = true },
        new("look-dropped", "A sleeper sleeps without another look at the ring.") { SleepsWithoutLooking = true },
        new("look-first", "A sleeper looks at the ring before it announces itself, not after.") { LooksBeforeAnnouncing = true },
        new("ring-first", "A ring's sides ring before they publish or release, not after.") { RingsBeforePublishing = true, Programs = "bell-ring" },
        new("ring-look-first", "A ring's sleeper looks at the ring before it announces itself.") { LooksBeforeAnnouncing = true, Programs = "bell-ring" },
        new("ring-look-dropped", "A ring's sleeper sleeps without another look at the ring.") { SleepsWithoutLooking = true, Programs = "bell-ring" },
        new("ring-W1-dropped", "A ring's ringer does not fence after it has published.") { DroppedFences = Set(Edge.W1), Programs = "bell-ring" },
        new("ring-membarrier-dropped", "A ring's sleeper does not fence the ringers that rely on it.") { DropsBarrier = true, Programs = "bell-ring" },
        new("crowd-rings-first", "The sides of an MPMC ring ring before they try, not after.") { RingsBeforePublishing = true, Programs = "bell-mpmc" },
        new("crowd-mends-silently", "Who mends or returns does not tell its own side.") { MendsSilently = true, Programs = "bell-mpmc" },
        new("crowd-look-first", "An MPMC ring's sleeper looks at the ring before it announces itself.") { LooksBeforeAnnouncing = true, Programs = "bell-mpmc" },
        new("crowd-look-dropped", "An MPMC ring's sleeper sleeps without another look at the ring.") { SleepsWithoutLooking = true, Programs = "bell-mpmc" },
        new("crowd-W1-dropped", "An MPMC ring's ringer does not fence after it has published.") { DroppedFences = Set(Edge.W1), Programs = "bell-mpmc" },
        new("crowd-membarrier-dropped", "An MPMC ring's sleeper does not fence the ringers that rely on it.") { DropsBarrier = true, Programs = "bell-mpmc" },
        new("crowd-wake-one", "An MPMC ring's ringer wakes one of several sleepers.") { WakesOneOnly = true, Programs = "bell-mpmc" },
        new("crowd-announcements-kept", "What sleepers announced, dead ones among them, is not taken by who rings.") { KeepsAnnouncements = true, Programs = "bell-mpmc" },
        new("sleep-without-compare", "The kernel does not compare the word before it lets a thread sleep.") { KernelSleepsWithoutComparing = true },

        .. StateMutations.All, .. BroadcastMutations.All,

        // MPMC's take long and are part of the deep run.
        .. DeepTests.IsAsked ? MpmcMutations.All : [],
    ];

    /// <summary>
    /// Weakenings that change nothing a participant can observe, each with the reason. The deep run shows that the suite is silent
    /// about them.
    /// </summary>
    public static IReadOnlyList<Mutation> Equivalent { get; } =
    [
        new("P1-relaxed", "P2 replaces the very store that P1 read, and acquires from it; a failed attempt uses nothing but the word.")
        {
            WeakAcquires = Set(Edge.P1),
        },
        new("W2-relaxed", "The look reads nothing but the word; its acquire only keeps compilers from moving it before the publication.")
        {
            WeakAcquires = Set(Edge.W2),
        },
        new("S9-relaxed", "The stored position is a hint; what it leads to is read through S4, and death or P3 order the rest.")
        {
            WeakAcquires = Set(Edge.S9),
        },
        .. MpmcMutations.Equivalent,
    ];

    private static System.Collections.Frozen.FrozenSet<Edge> Set(Edge edge) =>
        System.Collections.Frozen.FrozenSet.ToFrozenSet([edge]);
}
