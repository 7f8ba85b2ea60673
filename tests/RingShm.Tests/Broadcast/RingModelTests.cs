using FsCheck.Xunit;
using RingShm.Layout;

namespace RingShm.Tests.Broadcast;

/// <summary>Random histories, each compared step by step with a list that everybody reads for himself.</summary>
public sealed class RingModelTests
{
    private const int Participants = 8;

    [Property(MaxTest = 150)]
    public void Every_reader_of_a_reliable_ring_sees_every_message(byte capacityShift, ushort max, bool oneWriter, (byte Kind, byte Who, ushort Number)[] steps) =>
        Play(capacityShift, max, new RingOptions { Producers = oneWriter ? Cardinality.One : Cardinality.Many }, steps);

    [Property(MaxTest = 150)]
    public void Every_reader_of_a_lossy_ring_sees_every_message_or_counts_it(byte capacityShift, ushort max, bool oneWriter, (byte Kind, byte Who, ushort Number)[] steps) =>
        Play(capacityShift, max, new RingOptions { Producers = oneWriter ? Cardinality.One : Cardinality.Many, Delivery = BroadcastDelivery.Lossy }, steps);

    [Property(MaxTest = 150)]
    public void Every_reader_of_an_evicting_ring_sees_every_message_or_is_told(byte capacityShift, ushort max, bool oneWriter, (byte Kind, byte Who, ushort Number)[] steps) =>
        Play(capacityShift, max, new RingOptions { Producers = oneWriter ? Cardinality.One : Cardinality.Many, SlowReaders = SlowReaderPolicy.Evict }, steps);

    /// <summary>Of a ring whose last laps were given up, nothing is left to tell a reader by what it lost.</summary>
    [Fact]
    public void A_reader_that_finds_nothing_may_have_lost_all_the_same() => Play(
        0, 16, new RingOptions { Producers = Cardinality.One, Delivery = BroadcastDelivery.Lossy }, [(4, 0, 0), (0, 0, 0), (3, 0, 0), (3, 0, 0)]);

    /// <summary>A loss that a handler was told of and threw at is told again, and the place behind it is the one that was chosen then.</summary>
    [Fact]
    public void A_loss_whose_handler_threw_is_told_again() => Play(
        0, 0, new RingOptions { Delivery = BroadcastDelivery.Lossy }, [(134, 0, 1), (0, 0, 0), (216, 0, 0), (0, 0, 0)]);

    private static void Play(byte capacityShift, ushort max, RingOptions options, (byte Kind, byte Who, ushort Number)[] steps)
    {
        long capacity = 128L << (capacityShift % 6);
        int longest = 1 + (max % (int)Math.Min(capacity - 8, 700));
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, new RingOptions
        {
            CapacityBytes = capacity, MaxMessageBytes = longest, MaxParticipants = Participants,
            Producers = options.Producers, Delivery = options.Delivery, SlowReaders = options.SlowReaders,
        });
        RingGeometry geometry = RingGeometry.ForBroadcast(capacity, longest, 0, Participants, 0);
        RingAgainstList model = new(ring, options, geometry);
        foreach ((byte kind, byte who, ushort number) in steps.Concat(steps).Concat(steps))
            model.Play(kind, who, number);
        model.Finish();
        Assert.Empty(Ring.Verify(region.Name).Problems);
    }
}
