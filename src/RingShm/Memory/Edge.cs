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

    /// <summary>Consumer: notes in its own words how far a batch or a takeover has delivered; read after its death or its detach.</summary>
    S11,

    /// <summary>Anyone: stores the completed word, release, after the last publication that happens before it.</summary>
    S12,

    /// <summary>Producer and consumer: load the completed word, acquire.</summary>
    S13,

    /// <summary>Owner: counters; only the role's owner writes them, monitors read snapshots.</summary>
    S14,

    /// <summary>MPMC producer: loads the producer position, acquire. Pairs with <see cref="M3"/>.</summary>
    M1,

    /// <summary>
    /// MPMC producer and consumer: store the interval that they are about to try for in their own row; end plain, start release,
    /// so that what they published or marked before is visible to who sees the new interval. An interval is emptied by its start
    /// alone, for the same reason. Pairs with <see cref="M16"/>.
    /// </summary>
    M2,

    /// <summary>
    /// MPMC producer: moves the producer position over its granules; compare-and-swap, or a release store by a single producer.
    /// Pairs with <see cref="M1"/> and <see cref="M15"/>.
    /// </summary>
    M3,

    /// <summary>MPMC producer: loads a slot word, acquire, before it writes over the granule. Pairs with <see cref="M13"/>.</summary>
    M4,

    /// <summary>MPMC producer: writes record header and payload. Ordered by <see cref="M6"/>.</summary>
    M5,

    /// <summary>MPMC producer: stores Full, or Skip for a claim given up, release. Pairs with <see cref="M9"/>.</summary>
    M6,

    /// <summary>MPMC owner: marks the word of a claim or lease with its row, release, before its interval moves on.</summary>
    M7,

    /// <summary>MPMC consumer: loads the consumer position, acquire. Pairs with <see cref="M10"/>.</summary>
    M8,

    /// <summary>MPMC consumer: loads a slot word, acquire. Pairs with <see cref="M6"/> and <see cref="M22"/>.</summary>
    M9,

    /// <summary>
    /// MPMC consumer: moves the consumer position over a message; compare-and-swap, or a release store by a single consumer.
    /// Pairs with <see cref="M8"/> and <see cref="M15"/>.
    /// </summary>
    M10,

    /// <summary>MPMC consumer: reads record header and payload. Ordered after <see cref="M9"/> and before <see cref="M13"/>.</summary>
    M11,

    /// <summary>MPMC consumer: frees the words behind a message's first for the next lap, release. Pairs with <see cref="M4"/>.</summary>
    M12,

    /// <summary>MPMC consumer: frees a message's first word for the next lap, release. Pairs with <see cref="M4"/>.</summary>
    M13,

    /// <summary>MPMC consumer: takes a returned message by compare-and-swap of its word.</summary>
    M14,

    /// <summary>MPMC survivor: loads a shared position, acquire: who is past it had stored its interval. Pairs with M3, M10.</summary>
    M15,

    /// <summary>MPMC survivor: loads another row's interval, start acquire and end plain. Pairs with <see cref="M2"/>.</summary>
    M16,

    /// <summary>MPMC survivor: loads a slot word, acquire, before and after it looks at rows.</summary>
    M17,

    /// <summary>MPMC survivor: compare-and-swaps the word of a dead owner to Skip, Returned or free.</summary>
    M18,

    /// <summary>MPMC: the attention word, raised by compare-and-swap after a message was returned; consumers load it, acquire.</summary>
    M19,

    /// <summary>MPMC: counters; owners store those of their rows, survivors raise the shared ones by compare-and-swap.</summary>
    M20,

    /// <summary>
    /// MPMC owner: how many words name its row; raised before a mark, lowered after. Survivors read it after the owner's death;
    /// consumers that ask whether the ring is drained, at any time, acquire.
    /// </summary>
    M21,

    /// <summary>MPMC consumer: hands a message that it took back undelivered, release. Pairs with <see cref="M9"/>.</summary>
    M22,

    /// <summary>Broadcast: loads a retention word (step, position, messages), acquire. Pairs with <see cref="B2"/>, <see cref="B3"/>.</summary>
    B1,

    /// <summary>Broadcast writer: decides the next pair of retained position and messages, each by compare-and-swap.</summary>
    B2,

    /// <summary>Broadcast writer: makes that pair the one that holds, by compare-and-swap of the step.</summary>
    B3,

    /// <summary>
    /// Broadcast writer: a fence between the step that it knows (<see cref="B1"/>, <see cref="B3"/>) and its look at the cursors and its
    /// writes. Pairs with <see cref="B7"/> and <see cref="B10"/>.
    /// </summary>
    B4,

    /// <summary>Broadcast writer: loads a reader's cursor, acquire. Pairs with <see cref="B6"/>.</summary>
    B5,

    /// <summary>Broadcast reader: stores its cursor, release: its reads are over. Pairs with <see cref="B5"/>.</summary>
    B6,

    /// <summary>Broadcast reader: a fence between announcing its first cursor and its look whether that is still retained.</summary>
    B7,

    /// <summary>Broadcast reader, and writer that looks what it may give up: loads a slot word, acquire. Pairs with M6, M18.</summary>
    B8,

    /// <summary>Broadcast reader: reads record header and payload, in place or for a copy that is judged afterwards.</summary>
    B9,

    /// <summary>Broadcast reader: a load fence between the copy (<see cref="B9"/>) and the judgement (<see cref="B11"/>).</summary>
    B10,

    /// <summary>Broadcast reader: after a copy, loads what says whether it may have been written over, acquire.</summary>
    B11,

    /// <summary>Broadcast: the evicted word of a reader's row: set by compare-and-swap, cleared by a new owner; loaded acquire.</summary>
    B12,

    /// <summary>State cell, everybody: loads the current word, acquire. Pairs with <see cref="V18"/>.</summary>
    V1,

    /// <summary>
    /// State reader: loads length and source and copies the payload of a buffer that may be written anew meanwhile. Judged by
    /// <see cref="V4"/>.
    /// </summary>
    V2,

    /// <summary>State reader: a load fence between the copy and <see cref="V4"/>. Pairs with <see cref="V15"/>.</summary>
    V3,

    /// <summary>State reader: loads the version of a buffer, after the copy.</summary>
    V4,

    /// <summary>State reader: says in its pin that it is choosing, release. Pairs with <see cref="V13"/>.</summary>
    V5,

    /// <summary>State reader and whoever helps it: a fence between Choosing and the load of the current word. Pairs with <see cref="V12"/>.</summary>
    V6,

    /// <summary>State reader and whoever helps it: compare-and-swaps its pin from Choosing to Pinned.</summary>
    V7,

    /// <summary>State reader: stores Idle into its pin, release: the copy is over. Pairs with <see cref="V13"/>.</summary>
    V8,

    /// <summary>State writer: compare-and-swaps a buffer's owner word from free to its row.</summary>
    V9,

    /// <summary>State writer, or its row's next owner: gives a buffer back, release. Pairs with <see cref="V9"/>.</summary>
    V10,

    /// <summary>State, the row's next owner: looks for buffers that a dead owner of the row had claimed.</summary>
    V11,

    /// <summary>State writer: a fence between its load of the current word and its look at the pins. Pairs with <see cref="V6"/>.</summary>
    V12,

    /// <summary>State writer: loads a row's pin, acquire. Pairs with <see cref="V5"/>, <see cref="V7"/> and <see cref="V8"/>.</summary>
    V13,

    /// <summary>State writer: takes the version from its buffer before it writes the next value.</summary>
    V14,

    /// <summary>State writer: a store fence between <see cref="V14"/> and the value. Pairs with <see cref="V3"/>.</summary>
    V15,

    /// <summary>State writer: stores length, source and payload. Ordered by <see cref="V18"/>.</summary>
    V16,

    /// <summary>State writer: stores the version that its buffer will have if <see cref="V18"/> succeeds.</summary>
    V17,

    /// <summary>State writer: publishes its buffer by compare-and-swap of the current word. Pairs with <see cref="V1"/>.</summary>
    V18,

    /// <summary>State: the count of rows swept, raised by compare-and-swap; monitors load it.</summary>
    V19,

    /// <summary>State reader: copies the payload of a buffer that it has pinned. Ordered after <see cref="V7"/> and before <see cref="V8"/>.</summary>
    V20,

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
