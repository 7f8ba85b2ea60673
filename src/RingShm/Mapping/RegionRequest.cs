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
    public RingGeometry NewGeometry()
    {
        if (Kind == RingKind.State)
            return NewStateGeometry();
        long capacity = Options.CapacityBytes == 0 ? RingGeometry.DefaultCapacityBytes : Options.CapacityBytes;
        if (Kind is not (RingKind.Mpmc or RingKind.Broadcast))
            return RingGeometry.ForSpsc(capacity, Options.MaxMessageBytes, FixedMessageBytes);
        int participants = Options.MaxParticipants == 0 ? MpmcLayout.DefaultParticipants : Options.MaxParticipants;
        if (Kind == RingKind.Broadcast)
        {
            return RingGeometry.ForBroadcast(capacity, Options.MaxMessageBytes, FixedMessageBytes, participants, RingGeometry.PackBroadcastFlags(
                Options.Producers == Cardinality.One,
                Options.Delivery == BroadcastDelivery.Lossy,
                Options.SlowReaders == SlowReaderPolicy.Evict));
        }

        int flags = RingGeometry.PackFlags(
            Options.Producers == Cardinality.One, Options.Consumers == Cardinality.One, Options.DeadConsumers == DeadConsumerPolicy.Drop);
        return RingGeometry.ForMpmc(capacity, Options.MaxMessageBytes, FixedMessageBytes, participants, flags);
    }

    private RingGeometry NewStateGeometry()
    {
        if (Options.CapacityBytes != 0)
            throw new ArgumentException(
                $"A state cell has no capacity, and {Options.CapacityBytes} bytes were asked for; its size follows from {nameof(RingOptions.MaxMessageBytes)}.");
        if (Options.DeadConsumers == DeadConsumerPolicy.Drop)
            throw new ArgumentException("In a state cell nobody takes anything; there is nothing of dead consumers to drop.");
        return RingGeometry.ForState(
            Options.MaxMessageBytes,
            FixedMessageBytes,
            Options.MaxParticipants == 0 ? StateLayout.DefaultParticipants : Options.MaxParticipants,
            RingGeometry.PackFlags(Options.Producers == Cardinality.One, Options.Consumers == Cardinality.One, drops: false));
    }

    /// <summary>Refuses an existing region that contradicts what the caller set; the message holds both values.</summary>
    public void CheckAgreement(RegionHeader found)
    {
        if (found.Liveness != RegionHeader.LivenessHere)
            throw new RingMismatchException(
                $"'{Name}' was made on {SystemOf(found.Liveness)} and tells its dead by {found.Liveness}; here on"
                + $" {SystemOf(RegionHeader.LivenessHere)} they are told by {RegionHeader.LivenessHere}. A region is shared within one system.");
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
        if (geometry.Kind is RingKind.Mpmc or RingKind.State)
            CheckParticipants(geometry);
        if (geometry.Kind == RingKind.Broadcast)
            CheckBroadcast(geometry);
    }

    private void CheckBroadcast(in RingGeometry geometry)
    {
        CheckProducers(geometry);
        if (Options.Delivery != BroadcastDelivery.Default)
            Check(
                "is declared for delivery:",
                (geometry.IsLossy ? BroadcastDelivery.Lossy : BroadcastDelivery.Reliable).ToString(),
                Options.Delivery.ToString());
        if (Options.SlowReaders != SlowReaderPolicy.Default)
            Check(
                "does with slow readers:",
                (geometry.EvictsSlowReaders ? SlowReaderPolicy.Evict : SlowReaderPolicy.HoldWriters).ToString(),
                Options.SlowReaders.ToString());
    }

    private void CheckParticipants(in RingGeometry geometry)
    {
        CheckProducers(geometry);
        if (Options.Consumers != Cardinality.Default)
            Check("is declared for consumers:", NameOf(geometry.HasOneConsumer), Options.Consumers.ToString());
        if (Options.DeadConsumers != DeadConsumerPolicy.Default)
            Check(
                "does with what dead consumers held:",
                (geometry.DropsWhatTheDeadHeld ? DeadConsumerPolicy.Drop : DeadConsumerPolicy.Redeliver).ToString(),
                Options.DeadConsumers.ToString());
    }

    private void CheckProducers(in RingGeometry geometry)
    {
        if (Options.Producers != Cardinality.Default)
            Check("is declared for producers:", NameOf(geometry.HasOneProducer), Options.Producers.ToString());
        if (Options.MaxParticipants != 0)
            Check("has room for participants:", geometry.RowCount - MpmcLayout.FirstSharedRow, Options.MaxParticipants);
    }

    private static string NameOf(bool isOne) => (isOne ? Cardinality.One : Cardinality.Many).ToString();

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

    private static string SystemOf(LivenessModel liveness) => liveness == LivenessModel.ProcessHandles ? "Windows" : "Linux";
}
