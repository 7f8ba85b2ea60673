using System.Diagnostics.CodeAnalysis;

namespace RingShm;

/// <summary>What a region holds.</summary>
[SuppressMessage("Design", "CA1027:Mark enums with FlagsAttribute", Justification = "A region is of one kind; the numbers are the format's.")]
public enum RingKind
{
    /// <summary>No ring; never found in a region.</summary>
    None = 0,

    /// <summary>A ring with one producer and one consumer: an SPSC ring.</summary>
    Spsc = 1,

    /// <summary>A ring with any number of producers and consumers, each message for one of them: an MPMC ring.</summary>
    Mpmc = 2,

    /// <summary>A ring in which every reader sees every message: a broadcast ring.</summary>
    Broadcast = 3,

    /// <summary>The latest value and nothing else, for any number of writers and readers: a state cell.</summary>
    State = 4,
}
