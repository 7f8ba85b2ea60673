using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>
/// Sound broadcast regions: reliable, lossy and evicting, both layouts, one writer and many; never written, and written over more than a lap; with
/// readers that lag, a reader that was evicted, and claims of the dead.
/// </summary>
internal static class BroadcastImages
{
    private const int Participants = 6;

    public static void Make(string path, List<RegionImage> images)
    {
        foreach ((int capacity, int max) in new[] { (64, 8), (1024, 40), (256, 248), (4096, 600) })
        {
            foreach ((BroadcastDelivery delivery, SlowReaderPolicy slow) in new[]
            {
                (BroadcastDelivery.Reliable, SlowReaderPolicy.Default), (BroadcastDelivery.Reliable, SlowReaderPolicy.Evict),
                (BroadcastDelivery.Lossy, SlowReaderPolicy.Default),
            })
            {
                foreach (int rounds in new[] { 0, 1, 5 })
                {
                    images.Add(Make(path, capacity, max, rounds, delivery, slow, rounds == 1 ? Cardinality.One : Cardinality.Many));
                    File.Delete(path);
                }
            }
        }

        images.Add(MakeTyped(path));
        File.Delete(path);
    }

    private static RegionImage Make(
        string path, int capacity, int max, int rounds, BroadcastDelivery delivery, SlowReaderPolicy slow, Cardinality writers)
    {
        RingGeometry geometry = RingGeometry.ForBroadcast(
            capacity, max, 0, Participants,
            RingGeometry.PackBroadcastFlags(writers == Cardinality.One, delivery == BroadcastDelivery.Lossy, slow == SlowReaderPolicy.Evict));
        using BroadcastRing ring = BroadcastRing.Create(path, new RingOptions
        {
            CapacityBytes = capacity, MaxMessageBytes = max, MaxParticipants = Participants, Delivery = delivery, SlowReaders = slow, Producers = writers,
        });
        using BroadcastWriter writer = ring.AttachWriter();
        using BroadcastReader reader = ring.AttachReader();
        using BroadcastReader laggard = ring.AttachReader();
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < 2 * geometry.GranuleCount && writer.TryWrite(new byte[(round * 7) % (max + 1)], round); i++)
            {
                // Until it is full, or twice round where nothing holds the writer.
            }

            Read(reader, int.MaxValue);
            if (round < rounds - 1)
                Read(laggard, round + 1);
        }

        // The file is copied while they are open: whoever opens the copy finds them to be dead.
        using Claim older = writer.TryClaim(max, out Claim claim) ? claim : default;
        using Claim newer = rounds > 1 && writer.TryClaim(1, out Claim another) ? another : default;
        return new RegionImage(ReadAll(path), geometry, IsTyped: false);
    }

    private static void Read(BroadcastReader reader, int limit)
    {
        try
        {
            for (int i = 0; i < limit && reader.TryRead(out Message message); i++)
                message.Dispose();
        }
        catch (ReaderEvictedException)
        {
            // That is what its row then says.
        }
    }

    private static RegionImage MakeTyped(string path)
    {
        const int Capacity = 256;
        using BroadcastRing<long> ring = BroadcastRing<long>.Create(path, new RingOptions { CapacityBytes = Capacity, MaxParticipants = Participants });
        using BroadcastWriter<long> writer = ring.AttachWriter();
        using BroadcastReader<long> reader = ring.AttachReader();
        for (long i = 0; i < 100; i++)
        {
            if (!writer.TryWrite(i))
                _ = reader.TryRead(out _);
        }

        return new RegionImage(ReadAll(path), RingGeometry.ForBroadcast(Capacity, 0, sizeof(long), Participants, flags: 0), IsTyped: true);
    }

    private static byte[] ReadAll(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
