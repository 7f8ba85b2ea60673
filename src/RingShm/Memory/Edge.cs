namespace RingShm.Memory;

/// <summary>
/// The name of every access that a protocol makes to shared memory. docs/MEMORY_ORDER.md holds one row for each: who stores,
/// who loads, what it protects, why the order suffices. A test fails when a member is missing there or unused here.
/// </summary>
internal enum Edge
{
    /// <summary>Creator: stores the ready word, release, after everything else. Pairs with <see cref="R2"/>.</summary>
    R1,

    /// <summary>Opener: loads the ready word, acquire, before anything else.</summary>
    R2,

    /// <summary>Anyone: loads a row's owner word, acquire. Pairs with <see cref="P2"/> and <see cref="P3"/>.</summary>
    P1,

    /// <summary>Attacher: compare-and-swaps the owner word from free or confirmed dead to itself.</summary>
    P2,

    /// <summary>Owner: stores free into the owner word, release, when all that the row held has been handed back.</summary>
    P3,

    /// <summary>Owner: plain row details (generation, start time); only the owner writes them.</summary>
    P4,

    /// <summary>Producer: clears the header after the record it is about to publish. Ordered by <see cref="S3"/>.</summary>
    S1,

    /// <summary>Producer: writes payload. Ordered by <see cref="S3"/>.</summary>
    S2,

    /// <summary>Producer: publishes a record's header, release. Pairs with <see cref="S4"/>.</summary>
    S3,

    /// <summary>Consumer (or a producer's successor): loads a header, acquire.</summary>
    S4,

    /// <summary>Consumer: reads payload. Ordered after <see cref="S4"/> and before <see cref="S6"/>.</summary>
    S5,

    /// <summary>Consumer: stores the consumer position, release: its payload reads are over. Pairs with <see cref="S7"/>.</summary>
    S6,

    /// <summary>Producer: loads the consumer position, acquire, before it writes over released bytes.</summary>
    S7,

    /// <summary>Producer: stores the producer position after publishing; for monitors and successors, who need no exact value.</summary>
    S8,

    /// <summary>Successor or monitor: loads the producer position, acquire.</summary>
    S9,

    /// <summary>Producer: stores an inner header of a batch, not yet reachable. Ordered by the first header's <see cref="S3"/>.</summary>
    S10,

    /// <summary>Consumer: notes in its own words how far a batch or a takeover has delivered; read only after its death.</summary>
    S11,

    /// <summary>Anyone: stores the completed word, release, after the last publication that happens before it.</summary>
    S12,

    /// <summary>Producer and consumer: load the completed word, acquire.</summary>
    S13,

    /// <summary>Owner: counters; only the role's owner writes them, monitors read snapshots.</summary>
    S14,

    /// <summary>Ringer: a fence between its publication and <see cref="W2"/>, where sleepers cannot make it pass one.</summary>
    W1,

    /// <summary>Ringer: looks whether anybody sleeps, acquire. Pairs with <see cref="W4"/>.</summary>
    W2,

    /// <summary>Ringer: takes all announcements and moves the sequence on, in one compare-and-swap.</summary>
    W3,

    /// <summary>Sleeper: announces itself at the sequence that it finds, in one compare-and-swap. Pairs with <see cref="W2"/>.</summary>
    W4,

    /// <summary>Sleeper: a fence between <see cref="W4"/> and its look at the ring, for itself and for all ringers. Pairs with <see cref="W1"/>.</summary>
    W5,

    /// <summary>Sleeper: takes its announcement back, by compare-and-swap, if nobody has rung since.</summary>
    W6,

    /// <summary>Sleeper: looks whether the doorbell was rung since it announced itself.</summary>
    W7,
}
