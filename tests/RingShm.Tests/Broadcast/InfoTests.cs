namespace RingShm.Tests.Broadcast;

/// <summary>A monitor sees what a broadcast ring was made for.</summary>
public sealed class InfoTests
{
    [Theory]
    [InlineData(BroadcastDelivery.Default, SlowReaderPolicy.Default, BroadcastDelivery.Reliable, SlowReaderPolicy.HoldWriters)]
    [InlineData(BroadcastDelivery.Reliable, SlowReaderPolicy.HoldWriters, BroadcastDelivery.Reliable, SlowReaderPolicy.HoldWriters)]
    [InlineData(BroadcastDelivery.Reliable, SlowReaderPolicy.Evict, BroadcastDelivery.Reliable, SlowReaderPolicy.Evict)]
    [InlineData(BroadcastDelivery.Lossy, SlowReaderPolicy.Default, BroadcastDelivery.Lossy, SlowReaderPolicy.Default)]
    public void It_tells_what_writers_owe_readers(
        BroadcastDelivery asked, SlowReaderPolicy askedPolicy, BroadcastDelivery delivery, SlowReaderPolicy policy)
    {
        using TestRegion region = new();
        using BroadcastRing ring = BroadcastRing.Create(region, new RingOptions { CapacityBytes = 1024, Delivery = asked, SlowReaders = askedPolicy });
        RingInfo info = ring.GetInfo();
        Assert.Equal((delivery, policy), (info.Delivery, info.SlowReaders));
        RingInfo fromOutside = Ring.Inspect(region.Name);
        Assert.Equal((delivery, policy), (fromOutside.Delivery, fromOutside.SlowReaders));
    }

    [Fact]
    public void Other_kinds_have_neither()
    {
        using TestRegion region = new();
        using MpmcRing ring = MpmcRing.Create(region, new RingOptions { CapacityBytes = 1024 });
        RingInfo info = ring.GetInfo();
        Assert.Equal((BroadcastDelivery.Default, SlowReaderPolicy.Default), (info.Delivery, info.SlowReaders));
    }
}
