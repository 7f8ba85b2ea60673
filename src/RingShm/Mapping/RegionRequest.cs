using RingShm.Layout;

namespace RingShm.Mapping;

/// <summary>What the caller of an open wants done about existence.</summary>
internal enum RegionMode
{
    Create,
    Open,
    CreateOrOpen,
}

/// <summary>One wish to create or open a region: which, how, and with what geometry if it must be made.</summary>
internal sealed record RegionRequest(RegionName Name, RegionMode Mode, RingOptions Options, RingKind Kind, long FixedMessageBytes)
{
    public bool IsWritable => Options.Access == RingAccess.ReadWrite;

    /// <summary>The geometry of a new region. Throws for values that make none, before anything is created.</summary>
    public RingGeometry NewGeometry() => RingGeometry.ForSpsc(
        Options.CapacityBytes == 0 ? RingGeometry.DefaultCapacityBytes : Options.CapacityBytes,
        Options.MaxMessageBytes,
        FixedMessageBytes);

    /// <summary>Refuses an existing region that contradicts what the caller set; the message holds both values.</summary>
    public void CheckAgreement(RegionHeader found)
    {
        if (found.Liveness != RegionHeader.LivenessHere)
            throw new RingMismatchException(
                $"'{Name}' tells its dead by {found.Liveness}; this operating system tells them by {RegionHeader.LivenessHere}.");
        RingGeometry geometry = found.Geometry;
        if (Kind != RingKind.None)
        {
            Check("is a ring of kind", geometry.Kind, Kind);
            Check("has messages of fixed length (0 = variable)", geometry.FixedMessageBytes, FixedMessageBytes);
        }

        if (Options.CapacityBytes != 0)
            Check("has a capacity in bytes of", geometry.CapacityBytes, RingGeometry.RoundCapacity(Options.CapacityBytes));
        if (Options.MaxMessageBytes != 0)
            Check("has a longest message in bytes of", geometry.MaxMessageBytes, Options.MaxMessageBytes);
    }

    private void Check<T>(string what, T found, T asked) where T : IEquatable<T>
    {
        if (!found.Equals(asked))
            throw new RingMismatchException($"'{Name}' {what} {found}; the caller asked for {asked}.");
    }

    private void Check(string what, RingKind found, RingKind asked)
    {
        if (found != asked)
            throw new RingMismatchException($"'{Name}' {what} {found}; the caller asked for {asked}.");
    }
}
