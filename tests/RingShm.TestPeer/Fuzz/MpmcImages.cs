using RingShm.Layout;

namespace RingShm.TestPeer.Fuzz;

/// <summary>Sound MPMC regions: both layouts, the smallest ones too, empty and full, with claims and leases of the dead.</summary>
internal static class MpmcImages
{
    private const int Participants = 6;

    public static void Make(string path, List<RegionImage> images)
    {
        foreach ((int capacity, int max) in new[] { (64, 8), (1024, 40), (256, 248), (4096, 600) })
        {
            foreach (int rounds in new[] { 0, 1, 9 })
            {
                Add(Make(path, capacity, max, rounds, Cardinality.Many, holds: rounds > 0));
                Add(Make(path, capacity, max, rounds, Cardinality.One, holds: rounds == 9));
            }
        }

        Add(MakeTyped(path));

        void Add(RegionImage image)
        {
            images.Add(image);
            File.Delete(path);
        }
    }

    private static RegionImage Make(string path, int capacity, int max, int rounds, Cardinality cardinality, bool holds)
    {
        RingOptions options = new()
        {
            CapacityBytes = capacity, MaxMessageBytes = max, MaxParticipants = Participants, Producers = cardinality, Consumers = cardinality,
            DeadConsumers = rounds == 9 ? DeadConsumerPolicy.Drop : DeadConsumerPolicy.Redeliver,
        };
        bool isSingle = cardinality == Cardinality.One;
        RingGeometry geometry = RingGeometry.ForMpmc(
            capacity, max, 0, Participants, RingGeometry.PackFlags(isSingle, isSingle, drops: rounds == 9));
        using MpmcRing ring = MpmcRing.Create(path, options);
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        for (int round = 0; round < rounds; round++)
        {
            while (producer.TryWrite(new byte[(round * 7) % (max + 1)], round))
            {
                // Until it is full.
            }

            for (int i = 0; i <= round && consumer.TryRead(out Message message); i++)
                message.Dispose();
        }

        if (!holds)
            return new RegionImage(ReadAll(path), geometry, IsTyped: false);
        // The file is copied while they are open: whoever opens the copy finds them to be a dead owner's.
        using Message first = consumer.TryRead(out Message one) ? one : default;
        using Message second = consumer.TryRead(out Message two) ? two : default;
        using Claim older = producer.TryClaim(max, out Claim claim) ? claim : default;
        using Claim newer = producer.TryClaim(1, out Claim another) ? another : default;
        return new RegionImage(ReadAll(path), geometry, IsTyped: false);
    }

    private static RegionImage MakeTyped(string path)
    {
        const int Capacity = 256;
        using MpmcRing<long> ring = MpmcRing<long>.Create(path, new RingOptions { CapacityBytes = Capacity, MaxParticipants = Participants });
        using MpmcProducer<long> producer = ring.AttachProducer();
        using MpmcConsumer<long> consumer = ring.AttachConsumer();
        for (long i = 0; i < 100; i++)
        {
            if (!producer.TryWrite(i))
                _ = consumer.TryRead(out _);
        }

        return new RegionImage(ReadAll(path), RingGeometry.ForMpmc(Capacity, 0, sizeof(long), Participants, flags: 0), IsTyped: true);
    }

    /// <summary>The file's bytes, also while it is open here.</summary>
    private static byte[] ReadAll(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
